using System.Diagnostics;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Observability;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols;

/// <summary>Answer of <c>POST /v1/detect</c>.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Its version.</param>
/// <param name="Width">Width of the image in pixels.</param>
/// <param name="Height">Height of the image in pixels.</param>
/// <param name="Detections">By falling score.</param>
/// <param name="DecodeMs">Time to decode the image.</param>
/// <param name="InferenceMs">Time in the model.</param>
public sealed record DetectResponse(string Model, int Version, int Width, int Height, IReadOnlyList<DetectedObject> Detections, double DecodeMs, double InferenceMs);

/// <param name="Label">Name of the class.</param>
/// <param name="Score">0..1</param>
/// <param name="Box">x1, y1, x2, y2 in continuous pixels.</param>
public sealed record DetectedObject(string Label, float Score, float[] Box)
{
    internal static DetectedObject From(in Detection detection, IReadOnlyList<string> labels) =>
        new(labels[detection.Label], detection.Score, [detection.Box.X1, detection.Box.Y1, detection.Box.X2, detection.Box.Y2]);
}

/// <summary><c>POST /v1/detect</c>: an encoded image as the body, detections as JSON.</summary>
internal static class DetectEndpoint
{
    public static async Task<DetectResponse> HandleAsync(
        HttpRequest request, DetectorModel model, ImageLimits limits, ServiceMetrics metrics)
    {
        var threshold = DetectQuery.ReadThreshold(request.Query);
        using var body = await ImageBody.ReadAsync(request, limits, request.HttpContext.RequestAborted);
        var encoded = body.GetBuffer().AsMemory(0, (int)body.Length);
        try
        {
            var start = Stopwatch.GetTimestamp();
            using var image = ImageDecoder.Decode(encoded, "body", DetectorModel.LimitsOf(model.Manifest, limits));
            var decode = Stopwatch.GetElapsedTime(start);
            start = Stopwatch.GetTimestamp();
            var detections = model.Detect([image])[0];
            var inference = Stopwatch.GetElapsedTime(start);
            metrics.Observe(decode, inference);
            return new DetectResponse(
                model.Manifest.Name, model.Manifest.Version, image.WidthPixels, image.HeightPixels,
                [.. detections.Where(found => found.Score >= threshold).Select(found => DetectedObject.From(found, model.Manifest.Labels))],
                decode.TotalMilliseconds, inference.TotalMilliseconds);
        }
        catch (ImageException exception)
        {
            throw ImageRefusal.Of(exception, request, encoded.Span, limits, model.Manifest);
        }
    }
}
