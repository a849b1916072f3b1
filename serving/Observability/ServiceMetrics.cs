using Prometheus;

namespace Pipeline.Serving.Observability;

/// <summary>Latencies of the service's own work, for Prometheus.</summary>
public sealed class ServiceMetrics
{
    private readonly Histogram decode;
    private readonly Histogram inference;

    /// <param name="registry">The registry that collects the metrics.</param>
    public ServiceMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        var buckets = new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.001, 2, 14) };
        decode = factory.CreateHistogram("pipeline_decode_seconds", "Time to decode an image.", buckets);
        inference = factory.CreateHistogram("pipeline_inference_seconds", "Time of one execution of the model.", buckets);
    }

    /// <summary>Records one image.</summary>
    public void Observe(TimeSpan decodeTime, TimeSpan inferenceTime)
    {
        decode.Observe(decodeTime.TotalSeconds);
        inference.Observe(inferenceTime.TotalSeconds);
    }
}
