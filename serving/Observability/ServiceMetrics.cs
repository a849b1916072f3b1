using Pipeline.Shared.ModelRepository;
using Prometheus;

namespace Pipeline.Serving.Observability;

/// <summary>
/// What the service measures of requests for detection and of the models that answer them. The values of labels come from the
/// repository and from fixed lists, never from what a client sends.
/// </summary>
internal sealed class ServiceMetrics
{
    private const string NoModel = "";

    private readonly TimeProvider time;
    private readonly VersionFamilies families;
    private readonly ModelMetrics models;
    private readonly Gauge inFlight;
    private readonly Gauge busy;
    private readonly Gauge build;
    private readonly CollectorRegistry registry;
    private readonly Dictionary<(RequestProtocol Protocol, string Outcome), Counter.Child> refused = [];
    private readonly Lock owner = new();
    private readonly Dictionary<(string Model, int Version), int> loaded = [];

    /// <param name="registry">Collects the metrics.</param>
    /// <param name="maxBatchSize">Images in one execution.</param>
    /// <param name="instances">Executions at a time.</param>
    /// <param name="time">Measures requests.</param>
    public ServiceMetrics(CollectorRegistry registry, int maxBatchSize, int instances, TimeProvider time)
    {
        this.time = time;
        this.registry = registry;
        var factory = Metrics.WithCustomRegistry(registry);
        families = new VersionFamilies(factory, maxBatchSize);
        models = new ModelMetrics(factory);
        inFlight = factory.CreateGauge("pipeline_in_flight_requests", "Requests for detection that are worked on or wait.");
        busy = factory.CreateGauge("pipeline_instances_busy", "Executions that run now.");
        factory.CreateGauge("pipeline_instances", "Executions that may run at a time.").Set(instances);
        build = factory.CreateGauge(
            "pipeline_build_info", "What runs: 1, with its versions.", ["version", "ort_version", "provider"]);
        foreach (var protocol in Enum.GetValues<RequestProtocol>())
        {
            foreach (var outcome in RequestOutcomes.All)
            {
                refused[(protocol, outcome)] = families.Requests.WithLabels([NoModel, NoModel, Label(protocol), outcome]);
            }
        }
    }

    /// <summary>States and loads of models.</summary>
    public ModelMetrics Models => models;

    /// <summary>Begins to measure a request for detection. Dispose the observation after the last byte of the answer.</summary>
    public RequestObservation Begin(RequestProtocol protocol)
    {
        inFlight.Inc();
        return new RequestObservation(protocol, time.GetTimestamp(), End);
    }

    /// <summary>Publishes the metrics of a version that was loaded.</summary>
    /// <param name="manifest">The version.</param>
    /// <param name="modelSha256">Digest of the model file, in hexadecimal.</param>
    public VersionMetrics Add(ModelManifest manifest, string modelSha256)
    {
        lock (owner)
        {
            var key = (manifest.Name, manifest.Version);
            loaded[key] = loaded.GetValueOrDefault(key) + 1;
            return new VersionMetrics(families, manifest, modelSha256, time);
        }
    }

    /// <summary>Removes the metrics of a version that was unloaded, unless it is loaded a second time, with other files.</summary>
    public void Remove(string model, int version)
    {
        lock (owner)
        {
            loaded[(model, version)]--;
            if (loaded[(model, version)] == 0)
            {
                loaded.Remove((model, version));
                families.Remove(model, version);
            }
        }
    }

    /// <summary>Reads what changes by itself, whenever the metrics are collected.</summary>
    /// <param name="busyInstances">Executions that run now.</param>
    /// <param name="readQueues">Sets the lengths of the queues.</param>
    public void WhenCollected(Func<int> busyInstances, Action readQueues) => registry.AddBeforeCollectCallback(() =>
    {
        busy.Set(busyInstances());
        readQueues();
    });

    /// <summary>Publishes what runs.</summary>
    /// <param name="version">Of this program.</param>
    /// <param name="runtimeVersion">Of ONNX Runtime.</param>
    /// <param name="provider">What executes the models.</param>
    public void Describe(string version, string runtimeVersion, string provider) =>
        build.WithLabels(version, runtimeVersion, provider).Set(1);

    /// <summary>The value of the label <c>protocol</c>.</summary>
    internal static string Label(RequestProtocol protocol) => protocol switch
    {
        RequestProtocol.Rest => "rest",
        RequestProtocol.Grpc => "grpc",
        _ => "detect",
    };

    private void End(RequestObservation request)
    {
        inFlight.Dec();
        if (request.Version is { } version)
        {
            version.Ended(request, time.GetElapsedTime(request.Start));
        }
        else
        {
            refused[(request.Protocol, request.Outcome)].Inc();
        }
    }
}
