using System.ComponentModel.DataAnnotations;
using Pipeline.Shared.Configuration;

namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>How a comparison resamples.</summary>
public sealed record BootstrapOptions
{
    /// <summary>How often as many images as there are, are drawn with replacement.</summary>
    [Range(1, 100_000)]
    public int Resamples { get; init; } = 1000;

    /// <summary>Determines the draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Part of the resamples that an interval holds.</summary>
    [Range(0.5, 0.999)]
    public double Confidence { get; init; } = 0.95;

    /// <summary>What counts as an error of an image, and how many images are named as better and as worse.</summary>
    public AnalysisOptions Errors { get; init; } = new();
}

/// <summary>Two detectors on the same images: paired bootstrap of the difference in COCO's AP.</summary>
/// <param name="Map">Over all classes.</param>
/// <param name="PerClass">By class; null where it has no object.</param>
/// <param name="Better">Images that the second detector improves most, the most first.</param>
/// <param name="Worse">Images that it worsens most, the most first.</param>
public sealed record PairedComparison(
    ApDifference? Map,
    IReadOnlyDictionary<string, ApDifference?> PerClass,
    IReadOnlyList<ImageChange> Better,
    IReadOnlyList<ImageChange> Worse)
{
    /// <summary>How it was resampled.</summary>
    public required BootstrapOptions Options { get; init; }

    /// <summary>
    /// Compares. The AP is COCO's with all of its defaults; a class without an object in a resample is left out of that resample.
    /// </summary>
    /// <param name="first">Labels and detections of the first detector.</param>
    /// <param name="second">The same images and labels, with the detections of the second.</param>
    /// <param name="options">How to resample.</param>
    /// <param name="progress">Told how many resamples are done, by several threads.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="UserErrorException">Images, classes or labels of the two differ: which.</exception>
    /// <exception cref="EvaluationInputException">A number is not finite.</exception>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    public static PairedComparison Of(
        EvaluationProblem first,
        EvaluationProblem second,
        BootstrapOptions options,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        OptionRules.Check(options);
        var aligned = SameTruth.Require(first, second);
        var bootstrap = new PairedBootstrap(first, aligned, options);
        var measured = bootstrap.Measure();
        var resampled = bootstrap.Resample(progress, cancellation);
        var changes = ImageChanges.Of(first, aligned, options.Errors);
        return new PairedComparison(
            Map: DifferenceOf(measured, resampled, null, options.Confidence),
            PerClass: first.Labels.Classes
                .Index()
                .ToDictionary(entry => entry.Item, entry => DifferenceOf(measured, resampled, entry.Index, options.Confidence)),
            Better: changes.Better,
            Worse: changes.Worse)
        {
            Options = options,
        };
    }

    private static ApDifference? DifferenceOf(ResampledAp measured, ResampledAp resampled, int? label, double confidence)
    {
        var first = measured.First(label)[0];
        var second = measured.Second(label)[0];
        if (double.IsNaN(first))
        {
            return null;
        }

        double[] differences = [.. resampled.Second(label).Zip(resampled.First(label), (after, before) => after - before)];
        double[] sorted = [.. differences.Where(difference => !double.IsNaN(difference)).Order()];
        return new ApDifference(
            First: first,
            Second: second,
            Difference: second - first,
            Low: Percentile.Of(sorted, (1 - confidence) / 2, second - first),
            High: Percentile.Of(sorted, (1 + confidence) / 2, second - first));
    }
}

/// <param name="First">AP of the first detector, 0..1.</param>
/// <param name="Second">AP of the second.</param>
/// <param name="Difference">Second less first.</param>
/// <param name="Low">Lower end of the interval of the difference.</param>
/// <param name="High">Upper end.</param>
public sealed record ApDifference(double First, double Second, double Difference, double Low, double High)
{
    /// <summary>Whether the interval leaves out 0.</summary>
    public bool IsClear => Low > 0 || High < 0;
}

/// <param name="ImageId">Of the image.</param>
/// <param name="First">Errors of the first detector in it.</param>
/// <param name="Second">Errors of the second.</param>
public sealed record ImageChange(string ImageId, ImageErrors First, ImageErrors Second);
