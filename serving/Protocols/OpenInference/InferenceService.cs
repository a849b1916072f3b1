using Pipeline.Serving.Admission;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>Executes a request for inference, by whichever transport it came.</summary>
/// <param name="intake">Decodes images.</param>
/// <param name="limits">How much a request may ask for.</param>
/// <param name="time">Measures how much time it has left.</param>
internal sealed class InferenceService(ImageIntake intake, LimitOptions limits, TimeProvider time)
{
    /// <summary>Time stamp of this moment, which is when a request arrives.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>The terms of a request that asks for nothing.</summary>
    /// <param name="arrived">Time stamp of the request.</param>
    /// <param name="longest">Most time that the client waits; null when it does not say.</param>
    /// <param name="aborted">Is cancelled when nobody waits for the answer any more.</param>
    public RequestTerms Terms(long arrived, TimeSpan? longest, CancellationToken aborted)
    {
        var own = TimeSpan.FromMilliseconds(limits.RequestTimeoutMs);
        var allowed = longest < own ? longest.Value : own;
        return new RequestTerms(RequestClass.Live, RequestTerms.DeadlineAfter(time, arrived, allowed), aborted);
    }

    /// <summary>Checks a request against the model, and executes it.</summary>
    /// <param name="request">What the client sent.</param>
    /// <param name="lease">The model.</param>
    /// <param name="ticket">The place of the request.</param>
    /// <param name="observation">What is measured of the request.</param>
    /// <param name="arrived">Time stamp of the request.</param>
    /// <param name="latest">Its terms, which its parameters can only tighten.</param>
    /// <exception cref="Faults.RefusedRequestException">The request does not fit the model, or there is no room or time for it.</exception>
    /// <exception cref="Inference.InferenceException">The model failed.</exception>
    public async Task<InferenceAnswer> ExecuteAsync(
        InferenceRequest request,
        ModelLease lease,
        AdmissionTicket ticket,
        RequestObservation observation,
        long arrived,
        RequestTerms latest)
    {
        var terms = SchedulePolicy.Read(request.Parameters, latest, arrived, time);
        var outputs = InferenceAnswer.Select(request.Outputs, lease.Manifest);
        var input = InferenceInput.Require(request, limits, lease.Limits);
        using var images = Open(input, lease, ticket, observation, terms);
        var detected = await ConcurrentDetection.RunAsync(images, lease, terms);
        return InferenceAnswer.Of(request.Id, lease.Manifest, outputs, [.. detected.Select(image => image.Detections)]);
    }

    private IInputImages Open(
        InputTensor input, ModelLease lease, AdmissionTicket ticket, RequestObservation observation, RequestTerms terms) =>
        input.Datatype == DetectorTensors.Bytes
            ? new EncodedImages(input, intake, lease, ticket, observation, time)
            : PixelImages.Read(input, lease, ticket, terms);
}
