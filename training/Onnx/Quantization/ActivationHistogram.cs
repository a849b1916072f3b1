using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Quantization;

/// <summary>
/// Counts an activation's values over many images, in bins of one width around 0. Where a value lies outside, the bins become twice as
/// wide: no second pass over the images is needed.
/// </summary>
internal sealed class ActivationHistogram
{
    private const int Bins = 1 << 14;
    private double[] counts = new double[Bins];
    private double limit;
    private double zeros;
    private double total;
    private double least;
    private double most;

    /// <summary>Counts the values of one image.</summary>
    /// <param name="values">float32 of any shape, on the CPU.</param>
    /// <returns>Whether all are finite; if not, none is counted.</returns>
    public bool Add(Tensor values)
    {
        if (values.numel() == 0)
        {
            return true;
        }

        using var scope = NewDisposeScope();
        double low = values.min().item<float>();
        double high = values.max().item<float>();
        if (!double.IsFinite(low) || !double.IsFinite(high))
        {
            return false;
        }

        least = Math.Min(least, low);
        most = Math.Max(most, high);
        total += values.numel();
        var farthest = Math.Max(-low, high);
        if (farthest == 0)
        {
            zeros += values.numel();
            return true;
        }

        GrowTo(farthest);
        using var counted = histc(values / limit, Bins, -1, 1);
        var added = counted.data<float>();
        for (var i = 0; i < Bins; i++)
        {
            counts[i] += added[i];
        }

        return true;
    }

    /// <summary>The range that holds a share of the values on either side: those farther out saturate.</summary>
    /// <param name="percent">Of all values, that lie below the range's end and that lie above its beginning; 100 for all.</param>
    public ActivationRange Percentile(double percent)
    {
        if (percent >= 100)
        {
            return ActivationRange.Between(least, most);
        }

        var beyond = total * (100 - percent) / 100;
        var low = Math.Max(least, Edge(Position(beyond, fromBelow: true)));
        var high = Math.Min(most, Edge(Bins - Position(beyond, fromBelow: false)));
        return ActivationRange.Between(low, high);
    }

    /// <summary>How many whole bins hold at most a number of values, counted from one end.</summary>
    private int Position(double values, bool fromBelow)
    {
        var rest = values;
        for (var i = 0; i < Bins; i++)
        {
            var bin = fromBelow ? i : Bins - 1 - i;
            rest -= counts[bin] + (bin == Bins / 2 ? zeros : 0);
            if (rest < 0)
            {
                return i;
            }
        }

        return Bins;
    }

    private double Edge(int bin) => (2.0 * bin / Bins - 1) * limit;

    private void GrowTo(double farthest)
    {
        if (limit == 0)
        {
            limit = Math.Pow(2, Math.Ceiling(Math.Log2(farthest)));
        }

        while (limit < farthest)
        {
            var wider = new double[Bins];
            for (var i = 0; i < Bins; i++)
            {
                wider[Bins / 4 + i / 2] += counts[i];
            }

            counts = wider;
            limit *= 2;
        }
    }
}
