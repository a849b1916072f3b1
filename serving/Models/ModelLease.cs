using Pipeline.Serving.Batching;
using Pipeline.Serving.Observability;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Models;

/// <summary>A version of a model for the time of one request: it is not unloaded before the lease is disposed.</summary>
internal sealed class ModelLease : IDisposable
{
    private readonly ServedVersion version;
    private readonly BatchExecutor executor;
    private readonly RequestObservation? observation;
    private readonly Action<ServedVersion> giveBack;
    private bool isReturned;

    /// <param name="version">The version.</param>
    /// <param name="executor">Executes its batches.</param>
    /// <param name="observation">What is measured of the request; null when nothing is.</param>
    /// <param name="giveBack">Takes the version back.</param>
    public ModelLease(ServedVersion version, BatchExecutor executor, RequestObservation? observation, Action<ServedVersion> giveBack)
    {
        this.version = version;
        this.executor = executor;
        this.observation = observation;
        this.giveBack = giveBack;
        observation?.Serve(version.Metrics);
    }

    /// <summary>Name, version, labels and limits of the model.</summary>
    public ModelManifest Manifest => version.Manifest;

    /// <summary>The service's limits on images, and the model's where they are tighter.</summary>
    public ImageLimits Limits => version.Limits;

    /// <summary>Refuses, before it is decoded, an image that cannot wait or would begin too late.</summary>
    /// <param name="size">Width and height of the image in pixels.</param>
    /// <param name="terms">On which terms it would wait.</param>
    /// <exception cref="Faults.RefusedRequestException">As <see cref="DetectAsync"/>.</exception>
    public void RequireRoom((int WidthPixels, int HeightPixels) size, RequestTerms terms) => executor.RequireRoom(version, size, terms);

    /// <summary>Waits for the turn of an image and executes it, in a batch with others of its size.</summary>
    /// <param name="image">The image; it is in use until the task ends.</param>
    /// <param name="terms">On which terms it waits.</param>
    /// <exception cref="Faults.RefusedRequestException">The queue is full, or the deadline passed before the execution began.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    /// <exception cref="Inference.InferenceException">The model failed.</exception>
    public async Task<DetectedImage> DetectAsync(RgbImage image, RequestTerms terms)
    {
        var detected = await executor.DetectAsync(version, image, terms);
        version.Metrics.Answered(detected.QueueTime, detected.Detections);
        observation?.Executed(detected.QueueTime, detected.InferenceTime);
        return detected;
    }

    /// <summary>Returns the version.</summary>
    public void Dispose()
    {
        if (!isReturned)
        {
            isReturned = true;
            giveBack(version);
        }
    }
}
