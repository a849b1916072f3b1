using System.Globalization;
using Pipeline.Serving.Evaluation;

namespace Pipeline.Serving.Commands;

/// <summary>How fast an evaluation is, and how long it will take: by the pixels that this process has done so far.</summary>
/// <param name="time">The clock.</param>
internal sealed class EvaluationPace(TimeProvider time)
{
    private readonly long start = time.GetTimestamp();

    /// <summary>For people: "120 of 400 images, 12.3 images/s, 0:00:23 left".</summary>
    public string Text(in EvaluationProgress progress)
    {
        var done = string.Create(CultureInfo.InvariantCulture, $"{progress.ImagesDone} of {progress.Images} images");
        var elapsed = time.GetElapsedTime(start);
        var pixels = progress.PixelsDone - progress.PixelsKept;
        if (pixels <= 0 || elapsed <= TimeSpan.Zero)
        {
            return done;
        }

        var rate = (progress.ImagesDone - progress.ImagesKept) / elapsed.TotalSeconds;
        var left = elapsed / pixels * (progress.Pixels - progress.PixelsDone);
        return string.Create(CultureInfo.InvariantCulture, $@"{done}, {rate:F1} images/s, {left:h\:mm\:ss} left");
    }
}
