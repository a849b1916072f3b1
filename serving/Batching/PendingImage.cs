using Pipeline.Serving.Inference;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Batching;

/// <summary>Images that can be executed together: of one version of a model, one size and one class.</summary>
/// <param name="Detector">The version of the model.</param>
/// <param name="WidthPixels">Width of the images.</param>
/// <param name="HeightPixels">Height of the images.</param>
/// <param name="Class">Who is served first.</param>
internal readonly record struct BatchKey(IDetector Detector, int WidthPixels, int HeightPixels, RequestClass Class)
{
    /// <summary>Bytes of one image.</summary>
    public long ImageBytes => 3L * WidthPixels * HeightPixels;
}

/// <summary>An image that waits for its execution.</summary>
/// <param name="key">What it can be executed with.</param>
/// <param name="image">The image; whoever waits for the result keeps and disposes it.</param>
/// <param name="enqueued">Time stamp of the moment when it began to wait.</param>
/// <param name="deadline">Time stamp by which its execution must have begun.</param>
internal sealed class PendingImage(BatchKey key, RgbImage image, long enqueued, long deadline)
{
    private readonly TaskCompletionSource<DetectedImage> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it can be executed with.</summary>
    public BatchKey Key => key;

    /// <summary>The image.</summary>
    public RgbImage Image => image;

    /// <summary>Time stamp of the moment when it began to wait.</summary>
    public long Enqueued => enqueued;

    /// <summary>Time stamp by which its execution must have begun.</summary>
    public long Deadline => deadline;

    /// <summary>Its place in the order of arrival. Belongs to the queues.</summary>
    public long Order { get; set; }

    /// <summary>Its place in its queue. Belongs to the queue.</summary>
    public LinkedListNode<PendingImage>? Node { get; set; }

    /// <summary>The batch that it is executed with; null before.</summary>
    public ImageBatch? Batch { get; set; }

    /// <summary>Ends when the image was executed, or left the queue before.</summary>
    public Task<DetectedImage> Result => completion.Task;

    /// <summary>Gives the answer to whoever waits.</summary>
    public void Complete(DetectedImage detected) => completion.SetResult(detected);

    /// <summary>Tells whoever waits why there is no answer.</summary>
    public void Fail(Exception exception) => completion.SetException(exception);
}
