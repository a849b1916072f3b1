using System.Diagnostics;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols;

/// <summary><c>POST /v1/detect</c>: takes an encoded image as the body, returns detections as JSON.</summary>
internal static class DetectEndpoint
{
    public static async Task<DetectResponse> HandleAsync(
        HttpRequest request,
        ServedModels models,
        RequestAdmission admission,
        ImageIntake intake,
        LimitOptions limits,
        TimeProvider time)
    {
        var aborted = request.HttpContext.RequestAborted;
        var terms = RequestTerms.Live(time, TimeSpan.FromMilliseconds(limits.RequestTimeoutMs), aborted);
        var threshold = DetectQuery.ReadThreshold(request.Query);
        var observation = request.HttpContext.Observation();
        using var lease = models.Lease(name: null, version: null, observation);
        using var ticket = admission.Enter(terms);
        using var body = await ImageBody.ReadAsync(request, limits.Images, aborted);
        var encoded = new ArraySegment<byte>(body.GetBuffer(), 0, (int)body.Length);
        try
        {
            var start = Stopwatch.GetTimestamp();
            using var image = await intake.DecodeAsync(encoded, "body", lease, ticket, terms);
            var decodeTime = Stopwatch.GetElapsedTime(start);
            observation.Decoded(decodeTime);
            var detected = await lease.DetectAsync(image, terms);
            return new DetectResponse(
                Model: lease.Manifest.Name,
                Version: lease.Manifest.Version,
                Width: image.WidthPixels,
                Height: image.HeightPixels,
                Detections: [.. AtLeast(threshold, detected.Detections).Select(found => DetectedObject.From(found, lease.Manifest.Labels))],
                DecodeMs: decodeTime.TotalMilliseconds,
                InferenceMs: detected.InferenceTime.TotalMilliseconds);
        }
        catch (ImageException exception)
        {
            throw ImageRefusal.Of(exception, request, encoded, limits.Images, lease.Manifest);
        }
    }

    private static IEnumerable<Detection> AtLeast(double threshold, IEnumerable<Detection> detections) =>
        detections.Where(found => found.Score >= threshold);
}
