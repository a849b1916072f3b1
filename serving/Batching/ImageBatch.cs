using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Batching;

/// <summary>Images that are executed together: all of one key, in the order of their arrival.</summary>
internal sealed class ImageBatch : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource givenUp = new();
    private int wanted;
    private bool ended;

    /// <param name="images">At least one image.</param>
    /// <param name="taken">Time stamp of the moment when they left the queue.</param>
    public ImageBatch(IReadOnlyList<PendingImage> images, long taken)
    {
        Images = images;
        Taken = taken;
        wanted = images.Count;
        var pixels = new RgbImage[images.Count];
        for (var index = 0; index < pixels.Length; index++)
        {
            pixels[index] = images[index].Image;
            images[index].Batch = this;
        }

        Pixels = pixels;
    }

    /// <summary>The images.</summary>
    public IReadOnlyList<PendingImage> Images { get; }

    /// <summary>Their pixels, in the same order.</summary>
    public IReadOnlyList<RgbImage> Pixels { get; }

    /// <summary>What they have in common.</summary>
    public BatchKey Key => Images[0].Key;

    /// <summary>Time stamp of the moment when they left the queue.</summary>
    public long Taken { get; }

    /// <summary>Is cancelled when nobody waits for any of the images any more.</summary>
    public CancellationToken GivenUp => givenUp.Token;

    /// <summary>Gives each image its answer.</summary>
    /// <param name="found">For each image its detections.</param>
    /// <param name="inferenceTime">How long the execution took.</param>
    /// <param name="time">The clock of the time stamps.</param>
    public void Complete(IReadOnlyList<IReadOnlyList<Detection>> found, TimeSpan inferenceTime, TimeProvider time)
    {
        if (found.Count != Images.Count)
        {
            throw new InvalidOperationException($"A detector gave {found.Count} answers for {Images.Count} images.");
        }

        for (var index = 0; index < Images.Count; index++)
        {
            Images[index].Complete(new DetectedImage(
                Detections: found[index],
                QueueTime: time.GetElapsedTime(Images[index].Enqueued, Taken),
                InferenceTime: inferenceTime,
                BatchSize: Images.Count));
        }
    }

    /// <summary>Tells whoever waits why there is no answer.</summary>
    public void Fail(Exception exception)
    {
        foreach (var pending in Images)
        {
            pending.Fail(exception);
        }
    }

    /// <summary>Nobody waits for one of the images any more; called once for each.</summary>
    public void GiveUpOne()
    {
        lock (gate)
        {
            wanted--;
            if (wanted == 0 && !ended)
            {
                givenUp.Cancel();
            }
        }
    }

    /// <summary>The execution ended.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            ended = true;
            givenUp.Dispose();
        }
    }
}
