using System.Diagnostics;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols;

/// <summary><c>POST /v1/detect</c>: takes an encoded image as the body, returns detections as JSON.</summary>
internal static class DetectEndpoint
{
    public static async Task<DetectResponse> HandleAsync(
        HttpRequest request, ServedModel model, ImageLimits limits, ServiceMetrics metrics)
    {
        var threshold = DetectQuery.ReadThreshold(request.Query);
        using var body = await ImageBody.ReadAsync(request, limits, request.HttpContext.RequestAborted);
        var encoded = body.GetBuffer().AsMemory(0, (int)body.Length);
        try
        {
            return Detect(encoded, threshold, model, metrics);
        }
        catch (ImageException exception)
        {
            throw ImageRefusal.Of(exception, request, encoded.Span, limits, model.Manifest);
        }
    }

    private static DetectResponse Detect(ReadOnlyMemory<byte> encoded, double threshold, ServedModel model, ServiceMetrics metrics)
    {
        var start = Stopwatch.GetTimestamp();
        using var image = ImageDecoder.Decode(encoded, "body", model.Limits);
        var decodeTime = Stopwatch.GetElapsedTime(start);

        start = Stopwatch.GetTimestamp();
        var detections = model.Detector.Detect([image])[0];
        var inferenceTime = Stopwatch.GetElapsedTime(start);

        metrics.Observe(decodeTime, inferenceTime);
        return new DetectResponse(
            Model: model.Manifest.Name,
            Version: model.Manifest.Version,
            Width: image.WidthPixels,
            Height: image.HeightPixels,
            Detections: [.. AtLeast(threshold, detections).Select(found => DetectedObject.From(found, model.Manifest.Labels))],
            DecodeMs: decodeTime.TotalMilliseconds,
            InferenceMs: inferenceTime.TotalMilliseconds);
    }

    private static IEnumerable<Detection> AtLeast(double threshold, IEnumerable<Detection> detections) =>
        detections.Where(found => found.Score >= threshold);
}
