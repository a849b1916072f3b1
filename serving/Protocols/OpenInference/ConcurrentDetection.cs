using System.Runtime.ExceptionServices;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Models;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>Detects in all images of a request at the same time; when one fails, those that still wait are given up.</summary>
internal static class ConcurrentDetection
{
    /// <returns>For each image what was found, in the order of the images.</returns>
    /// <exception cref="Faults.RefusedRequestException">An image or the queue refused.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    /// <exception cref="Inference.InferenceException">The model failed.</exception>
    public static async Task<DetectedImage[]> RunAsync(IInputImages images, ModelLease lease, RequestTerms terms)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(terms.Aborted);
        var each = terms with { Aborted = giveUp.Token };
        ExceptionDispatchInfo? first = null;
        var detections = new Task<DetectedImage?>[images.Count];
        for (var index = 0; index < detections.Length; index++)
        {
            detections[index] = TryDetectAsync(index);
        }

        // All of them, also after a failure: an image is in use until its task ends.
        var detected = await Task.WhenAll(detections);
        first?.Throw();
        return [.. detected.Select(image => image!)];

        async Task<DetectedImage?> TryDetectAsync(int index)
        {
            try
            {
                using var image = await images.TakeAsync(index, each);
                return await lease.DetectAsync(image, each);
            }
#pragma warning disable CA1031 // Thrown again when all tasks have ended.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(exception), null);
                await giveUp.CancelAsync();
                return null;
            }
        }
    }
}
