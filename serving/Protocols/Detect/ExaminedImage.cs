using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>An image of a request, with what was found in it and what that took.</summary>
/// <param name="Sent">The image as it was sent.</param>
/// <param name="WidthPixels">Width in pixels.</param>
/// <param name="HeightPixels">Height in pixels.</param>
/// <param name="Found">The detections that were asked for.</param>
/// <param name="DecodeTime">To decode it.</param>
/// <param name="QueueTime">From the decoded image to the start of its execution.</param>
/// <param name="InferenceTime">Of that execution.</param>
/// <param name="BatchSize">Images in that execution.</param>
internal sealed record ExaminedImage(
    SentImage Sent,
    int WidthPixels,
    int HeightPixels,
    IReadOnlyList<Detection> Found,
    TimeSpan DecodeTime,
    TimeSpan QueueTime,
    TimeSpan InferenceTime,
    int BatchSize)
{
    /// <summary>The annotated picture as a file; null when none was asked for.</summary>
    public byte[]? Picture { get; init; }
}
