using System.Diagnostics;
using Pipeline.Serving.Evaluation.Records;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Evaluation.Execution;

/// <summary>The images of one execution, decoded by several threads; whoever executes them waits for the last.</summary>
/// <param name="plan">Which images they are.</param>
/// <param name="records">All images of the run.</param>
internal sealed class DecodedBatch(PlannedBatch plan, IReadOnlyList<ImageRecord> records) : IDisposable
{
    private readonly RgbImage?[] images = new RgbImage?[plan.Images.Count];
    private readonly Exception?[] failures = new Exception?[plan.Images.Count];
    private readonly double[] milliseconds = new double[plan.Images.Count];
    private readonly TaskCompletionSource isDecoded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int undecoded = plan.Images.Count;

    /// <summary>Which images they are.</summary>
    public PlannedBatch Plan => plan;

    /// <summary>Memory that the images take, in bytes.</summary>
    public long Bytes { get; } = plan.Images.Count * RgbImage.BufferBytesOf(plan.WidthPixels, plan.HeightPixels);

    /// <summary>Time to read and decode each image.</summary>
    public IReadOnlyList<double> DecodeMs => milliseconds;

    /// <summary>Decodes an image. A failure is kept for whoever waits.</summary>
    /// <param name="index">Its place in the batch.</param>
    public void Decode(int index)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            images[index] = Read(records[plan.Images[index]]);
        }
#pragma warning disable CA1031 // Thrown again where the batch is waited for.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failures[index] = exception;
        }

        milliseconds[index] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (Interlocked.Decrement(ref undecoded) == 0)
        {
            isDecoded.SetResult();
        }
    }

    /// <summary>Waits until all images are decoded.</summary>
    /// <exception cref="UserErrorException">An image is missing, damaged, or not the one that it was; the first is named.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<RgbImage> Wait(CancellationToken cancellation)
    {
        isDecoded.Task.Wait(cancellation);
        return Array.Find(failures, failure => failure is not null) is { } failed
            ? throw failed
            : [.. images.OfType<RgbImage>()];
    }

    /// <summary>Gives the images back; no thread may decode any more.</summary>
    public void Dispose()
    {
        foreach (var image in images)
        {
            image?.Dispose();
        }
    }

    private RgbImage Read(ImageRecord record)
    {
        var image = ImageDecoder.DecodeFile(record.Path);
        if (image.WidthPixels == plan.WidthPixels && image.HeightPixels == plan.HeightPixels)
        {
            return image;
        }

        var now = $"{image.WidthPixels} x {image.HeightPixels}";
        image.Dispose();
        throw new UserErrorException(
            $"{record.Path}: the image was replaced while the run went on: it has {now} pixels and had "
            + $"{plan.WidthPixels} x {plan.HeightPixels}; put the first one back, or begin the run again with --force.");
    }
}
