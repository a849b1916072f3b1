using Prometheus;

namespace Pipeline.Serving.Observability;

/// <summary>Latency of the service's own work, for Prometheus.</summary>
public sealed class ServiceMetrics
{
    private readonly Histogram decode, inference;

    /// <param name="registry">Where the metrics are collected.</param>
    public ServiceMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        var buckets = new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.001, 2, 14) };
        decode = factory.CreateHistogram("pipeline_decode_seconds", "Time to decode an image.", buckets);
        inference = factory.CreateHistogram("pipeline_inference_seconds", "Time of one execution of the model.", buckets);
    }

    /// <summary>Counts one image.</summary>
    public void Observe(TimeSpan decodeTime, TimeSpan inferenceTime)
    {
        decode.Observe(decodeTime.TotalSeconds);
        inference.Observe(inferenceTime.TotalSeconds);
    }
}
