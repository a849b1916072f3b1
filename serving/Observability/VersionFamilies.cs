using System.Globalization;
using Prometheus;

namespace Pipeline.Serving.Observability;

/// <summary>The metrics that every loaded version of a model has; <c>model</c> and <c>version</c> are always their first labels.</summary>
internal sealed class VersionFamilies
{
    /// <param name="factory">Creates the metrics.</param>
    /// <param name="maxBatchSize">Images in one execution.</param>
    public VersionFamilies(MetricFactory factory, int maxBatchSize)
    {
        string[] version = ["model", "version"];
        Requests = factory.CreateCounter(
            "pipeline_requests_total", "Requests for detection, by how they ended.", [.. version, "protocol", "outcome"]);
        RequestDuration = factory.CreateHistogram(
            "pipeline_request_duration_seconds",
            "Time from the arrival of a request for detection to the last byte of its answer; only requests that were answered.",
            [.. version, "protocol"],
            new HistogramConfiguration { Buckets = MetricBuckets.Latency });
        Decode = Latency(factory, "pipeline_decode_duration_seconds", "Time to decode an image.");
        Queue = factory.CreateHistogram(
            "pipeline_queue_duration_seconds",
            "Time from the moment when an image was ready to the start of its execution.",
            version,
            new HistogramConfiguration { Buckets = MetricBuckets.Queue });
        Inference = Latency(factory, "pipeline_inference_duration_seconds", "Time of one execution of the model, of one or more images.");
        Encode = Latency(factory, "pipeline_encode_duration_seconds", "Time to encode an answer.");
        BatchSize = factory.CreateHistogram(
            "pipeline_batch_size",
            "Images in one execution.",
            version,
            new HistogramConfiguration { Buckets = MetricBuckets.BatchSize(maxBatchSize) });
        Queued = factory.CreateGauge("pipeline_queue_requests", "Images that wait.", version);
        QueueCapacity = factory.CreateGauge(
            "pipeline_queue_capacity_requests", "Images of one size that may wait; more are refused.", version);
        Images = factory.CreateCounter("pipeline_images_total", "Images executed.", version);
        Executions = factory.CreateCounter("pipeline_executions_total", "Executions of the model.", version);
        Detections = factory.CreateCounter(
            "pipeline_detections_total", "Objects that the model found, before a request's own threshold.", [.. version, "label"]);
        Scores = factory.CreateHistogram(
            "pipeline_detection_score",
            "Scores of the objects that the model found.",
            version,
            new HistogramConfiguration { Buckets = MetricBuckets.Score });
        Info = factory.CreateGauge(
            "pipeline_model_info",
            "Loaded versions: 1, with the type of the weights and the beginning of the model file's SHA-256.",
            [.. version, "precision", "digest"]);
    }

    public Counter Requests { get; }

    public Histogram RequestDuration { get; }

    public Histogram Decode { get; }

    public Histogram Queue { get; }

    public Histogram Inference { get; }

    public Histogram Encode { get; }

    public Histogram BatchSize { get; }

    public Gauge Queued { get; }

    public Gauge QueueCapacity { get; }

    public Counter Images { get; }

    public Counter Executions { get; }

    public Counter Detections { get; }

    public Histogram Scores { get; }

    public Gauge Info { get; }

    /// <summary>Removes the time series of a version.</summary>
    public void Remove(string model, int version)
    {
        var text = version.ToString(CultureInfo.InvariantCulture);
        Remove(Requests, model, text);
        Remove(RequestDuration, model, text);
        Remove(Decode, model, text);
        Remove(Queue, model, text);
        Remove(Inference, model, text);
        Remove(Encode, model, text);
        Remove(BatchSize, model, text);
        Remove(Queued, model, text);
        Remove(QueueCapacity, model, text);
        Remove(Images, model, text);
        Remove(Executions, model, text);
        Remove(Detections, model, text);
        Remove(Scores, model, text);
        Remove(Info, model, text);
    }

    private static void Remove<TChild>(Collector<TChild> family, string model, string version)
        where TChild : ChildBase
    {
        foreach (var labels in family.GetAllLabelValues())
        {
            if (labels[0] == model && labels[1] == version)
            {
                family.RemoveLabelled(labels);
            }
        }
    }

    private static Histogram Latency(MetricFactory factory, string name, string help) =>
        factory.CreateHistogram(name, help, ["model", "version"], new HistogramConfiguration { Buckets = MetricBuckets.Latency });
}
