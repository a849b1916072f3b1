using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Batching;

/// <summary>What was found in an image, and what it took.</summary>
/// <param name="Detections">By descending score; boxes x1, y1, x2, y2 in pixels of the image.</param>
/// <param name="QueueTime">From the moment when the image was ready to the start of its execution.</param>
/// <param name="InferenceTime">Of the execution that the image took part in.</param>
/// <param name="BatchSize">Images in that execution.</param>
internal sealed record DetectedImage(
    IReadOnlyList<Detection> Detections, TimeSpan QueueTime, TimeSpan InferenceTime, int BatchSize);
