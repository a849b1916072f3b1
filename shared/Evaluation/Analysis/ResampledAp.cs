namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>AP of two detectors by resample and class; NaN where a class has no object.</summary>
internal sealed class ResampledAp(int resamples, int classes)
{
    private readonly double[] first = new double[resamples * classes];
    private readonly double[] second = new double[resamples * classes];

    /// <summary>Keeps the two numbers of a class; each resample is written by one thread.</summary>
    public void Set(int resample, int label, double ofFirst, double ofSecond)
    {
        first[resample * classes + label] = ofFirst;
        second[resample * classes + label] = ofSecond;
    }

    /// <summary>AP of the first detector, by resample: of a class, or the mean of those that have an object.</summary>
    public double[] First(int? label) => Of(first, label);

    /// <summary>AP of the second detector, by resample.</summary>
    public double[] Second(int? label) => Of(second, label);

    private double[] Of(double[] all, int? label) =>
        [.. Enumerable.Range(0, resamples).Select(resample => label is { } one ? all[resample * classes + one] : Mean(all, resample))];

    private double Mean(double[] all, int resample) => all
        .Skip(resample * classes)
        .Take(classes)
        .Where(ap => !double.IsNaN(ap))
        .DefaultIfEmpty(double.NaN)
        .Average();
}
