using System.ComponentModel.DataAnnotations;
using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>What was found in the image of a request that sent one: as the body, or as the one file of a form.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Version of the model.</param>
/// <param name="Width">Width of the image in pixels.</param>
/// <param name="Height">Height of the image in pixels.</param>
/// <param name="Detections">What was found, by descending score.</param>
/// <param name="DecodeMs">Milliseconds spent decoding the image.</param>
/// <param name="InferenceMs">Milliseconds of the execution that the image took part in.</param>
/// <param name="QueueMs">Milliseconds from the decoded image to the start of its execution.</param>
/// <param name="BatchSize">Images in that execution.</param>
/// <param name="RequestId">Names the request in the service's log.</param>
public sealed record DetectResponse(
    string Model,
    int Version,
    int Width,
    int Height,
    IReadOnlyList<DetectedObject> Detections,
    double DecodeMs,
    double InferenceMs,
    double QueueMs,
    int BatchSize,
    string RequestId);

/// <summary>What was found in the images of a request that sent a list: as JSON, or as several files of a form.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Version of the model.</param>
/// <param name="Images">The images, in the order in which they were sent.</param>
/// <param name="RequestId">Names the request in the service's log.</param>
public sealed record DetectListResponse(string Model, int Version, IReadOnlyList<DetectedInImage> Images, string RequestId);

/// <summary>What was found in one of several images.</summary>
/// <param name="Id">The id or the file name that was sent with it; null when none was.</param>
/// <param name="Width">Width of the image in pixels.</param>
/// <param name="Height">Height of the image in pixels.</param>
/// <param name="Detections">What was found, by descending score.</param>
/// <param name="DecodeMs">Milliseconds spent decoding the image.</param>
/// <param name="InferenceMs">Milliseconds of the execution that the image took part in.</param>
/// <param name="QueueMs">Milliseconds from the decoded image to the start of its execution.</param>
/// <param name="BatchSize">Images in that execution.</param>
public sealed record DetectedInImage(
    string? Id,
    int Width,
    int Height,
    IReadOnlyList<DetectedObject> Detections,
    double DecodeMs,
    double InferenceMs,
    double QueueMs,
    int BatchSize);

/// <summary>One detection.</summary>
/// <param name="Label">Name of the class.</param>
/// <param name="Score">0..1</param>
/// <param name="Box">x1, y1, x2, y2 in continuous pixels.</param>
public sealed record DetectedObject(string Label, [property: Range(0, 1)] float Score, [property: Length(4, 4)] float[] Box)
{
    internal static DetectedObject From(in Detection detection, IReadOnlyList<string> labels) =>
        new(labels[detection.Label], detection.Score, [detection.Box.X1, detection.Box.Y1, detection.Box.X2, detection.Box.Y2]);
}
