using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Protocols;

/// <summary>Response of <c>POST /v1/detect</c>.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Version of the model.</param>
/// <param name="Width">Width of the image in pixels.</param>
/// <param name="Height">Height of the image in pixels.</param>
/// <param name="Detections">What was found, by descending score.</param>
/// <param name="DecodeMs">Milliseconds spent decoding the image.</param>
/// <param name="InferenceMs">Milliseconds spent in the model.</param>
public sealed record DetectResponse(
    string Model,
    int Version,
    int Width,
    int Height,
    IReadOnlyList<DetectedObject> Detections,
    double DecodeMs,
    double InferenceMs);

/// <summary>One detection.</summary>
/// <param name="Label">Name of the class.</param>
/// <param name="Score">0..1</param>
/// <param name="Box">x1, y1, x2, y2 in continuous pixels.</param>
public sealed record DetectedObject(string Label, float Score, float[] Box)
{
    internal static DetectedObject From(in Detection detection, IReadOnlyList<string> labels) =>
        new(labels[detection.Label], detection.Score, [detection.Box.X1, detection.Box.Y1, detection.Box.X2, detection.Box.Y2]);
}
