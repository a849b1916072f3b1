namespace Pipeline.Training.Contrastive;

/// <summary>Log lines of a contrastive run.</summary>
internal static class PretrainLines
{
    /// <summary>Unit vectors that are spread evenly deviate by 1/√D in each element; at this fraction of it they have collapsed.</summary>
    private const double CollapsedFraction = 0.1;

    /// <summary>The numbers of an epoch, with a warning when the features have collapsed.</summary>
    /// <param name="epoch">The numbers.</param>
    /// <param name="dimension">Length of the unit vectors.</param>
    /// <param name="skipped">What was left out, as <c>2 images skipped (skipped.txt)</c>; null: nothing.</param>
    public static string Epoch(PretrainEpoch epoch, int dimension, string? skipped)
    {
        var line = FormattableString.Invariant(
            $"loss {epoch.Loss:F4}, positive first {epoch.Top1:P1}, feature spread {epoch.FeatureStd:F3}, ");
        line += FormattableString.Invariant($"{epoch.ImagesPerSecond:F0} images/s, {epoch.Seconds:F1} s");
        if (skipped is not null)
        {
            line += $", {skipped}";
        }

        if (epoch.FeatureStd < CollapsedFraction / Math.Sqrt(dimension))
        {
            line += "; WARNING: the features have all but collapsed to one point";
        }

        return line;
    }

    /// <summary>A queue that is longer than an epoch holds several keys of an image, the query's own image among them.</summary>
    /// <param name="size">Keys of the queue.</param>
    /// <param name="images">Images of an epoch.</param>
    public static IEnumerable<string> LongQueue(int size, int images)
    {
        if (size > images)
        {
            var times = (double)size / images;
            var count = FormattableString.Invariant($"{times:F1}");
            yield return $"warning: the queue of {size} keys is longer than the {images} images: it holds each image "
                + $"about {count} times, the query's own among the negatives; a shorter one is --queue";
        }
    }
}
