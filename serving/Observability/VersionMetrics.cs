using System.Globalization;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.ModelRepository;
using Prometheus;

namespace Pipeline.Serving.Observability;

/// <summary>
/// What is measured of one loaded version: for Prometheus, and for the statistics of the Open Inference Protocol. All its time series
/// exist from the start with the value 0, so that the first event shows in a rate.
/// </summary>
internal sealed class VersionMetrics
{
    private const int DigestCharacters = 12;

    private readonly Dictionary<(RequestProtocol Protocol, string Outcome), Counter.Child> requests = [];
    private readonly Dictionary<RequestProtocol, Histogram.Child> durations = [];
    private readonly Histogram.Child decode;
    private readonly Histogram.Child queue;
    private readonly Histogram.Child inference;
    private readonly Histogram.Child encode;
    private readonly Histogram.Child batchSize;
    private readonly Histogram.Child scores;
    private readonly Gauge.Child queued;
    private readonly Gauge.Child queueCapacity;
    private readonly Counter.Child images;
    private readonly Counter.Child executions;
    private readonly Counter.Child[] detections;
    private readonly VersionStatistics statistics;

    /// <param name="families">The metrics.</param>
    /// <param name="manifest">The version.</param>
    /// <param name="modelSha256">Digest of the model file, in hexadecimal.</param>
    /// <param name="time">Says when an execution ended.</param>
    public VersionMetrics(VersionFamilies families, ModelManifest manifest, string modelSha256, TimeProvider time)
    {
        string[] labels = [manifest.Name, manifest.Version.ToString(CultureInfo.InvariantCulture)];
        foreach (var protocol in Enum.GetValues<RequestProtocol>())
        {
            durations[protocol] = families.RequestDuration.WithLabels([.. labels, ServiceMetrics.Label(protocol)]);
            foreach (var outcome in RequestOutcomes.All)
            {
                requests[(protocol, outcome)] = families.Requests.WithLabels([.. labels, ServiceMetrics.Label(protocol), outcome]);
            }
        }

        decode = families.Decode.WithLabels(labels);
        queue = families.Queue.WithLabels(labels);
        inference = families.Inference.WithLabels(labels);
        encode = families.Encode.WithLabels(labels);
        batchSize = families.BatchSize.WithLabels(labels);
        scores = families.Scores.WithLabels(labels);
        queued = families.Queued.WithLabels(labels);
        queueCapacity = families.QueueCapacity.WithLabels(labels);
        images = families.Images.WithLabels(labels);
        executions = families.Executions.WithLabels(labels);
        detections = [.. manifest.Labels.Select(label => families.Detections.WithLabels([.. labels, label]))];
        families.Info.WithLabels([.. labels, manifest.Precision, modelSha256[..Math.Min(DigestCharacters, modelSha256.Length)]]).Set(1);
        statistics = new VersionStatistics(manifest.Name, manifest.Version, time);
    }

    /// <summary>The numbers since it was loaded.</summary>
    public ModelStatistics Statistics => statistics.Snapshot();

    /// <summary>Publishes how many images wait, and how many of one size may.</summary>
    public void Queue(int waiting, int capacity)
    {
        queued.Set(waiting);
        queueCapacity.Set(capacity);
    }

    /// <summary>Records the decoding of an image.</summary>
    public void Decoded(TimeSpan time) => decode.Observe(time.TotalSeconds);

    /// <summary>Records that an image was executed.</summary>
    /// <param name="queueTime">How long it waited.</param>
    /// <param name="found">What was found in it.</param>
    public void Answered(TimeSpan queueTime, IReadOnlyList<Detection> found)
    {
        queue.Observe(queueTime.TotalSeconds);
        foreach (var detection in found)
        {
            detections[detection.Label].Inc();
            scores.Observe(detection.Score);
        }
    }

    /// <summary>Records an execution that succeeded.</summary>
    public void Executed(ExecutedBatch batch)
    {
        inference.Observe(batch.InferenceTime.TotalSeconds);
        batchSize.Observe(batch.Images);
        images.Inc(batch.Images);
        executions.Inc();
        statistics.Executed(batch);
    }

    /// <summary>Records the end of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="duration">From its arrival to now.</param>
    public void Ended(RequestObservation request, TimeSpan duration)
    {
        requests[(request.Protocol, request.Outcome)].Inc();
        statistics.Ended(request, duration);
        if (request.Outcome != RequestOutcomes.Answered)
        {
            return;
        }

        durations[request.Protocol].Observe(duration.TotalSeconds);
        if (request.HasEncoded)
        {
            encode.Observe(request.EncodeTime.TotalSeconds);
        }
    }
}

/// <summary>One execution of a model.</summary>
/// <param name="Images">Images in it.</param>
/// <param name="InputTime">Copying the images into the input.</param>
/// <param name="InferenceTime">Running the model.</param>
/// <param name="OutputTime">Reading the outputs.</param>
internal readonly record struct ExecutedBatch(int Images, TimeSpan InputTime, TimeSpan InferenceTime, TimeSpan OutputTime);
