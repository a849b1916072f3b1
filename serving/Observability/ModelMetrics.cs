using System.Globalization;
using Prometheus;

namespace Pipeline.Serving.Observability;

/// <summary>States of the versions in the repository, and how loading them went.</summary>
internal sealed class ModelMetrics
{
    private readonly Gauge states;
    private readonly Counter loads;
    private readonly Histogram loadDuration;

    /// <param name="factory">Creates the metrics.</param>
    public ModelMetrics(MetricFactory factory)
    {
        states = factory.CreateGauge(
            "pipeline_model_state", "Whether a version in the repository is in a state: 1 or 0.", ["model", "version", "state"]);
        loads = factory.CreateCounter("pipeline_model_loads_total", "Versions loaded, by how it went.", ["model", "result"]);
        loadDuration = factory.CreateHistogram(
            "pipeline_model_load_duration_seconds",
            "Time to verify, load and warm up a version; only versions that became ready.",
            ["model"],
            new HistogramConfiguration { Buckets = MetricBuckets.Load });
    }

    /// <summary>Publishes the metrics of a model that is in the repository.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="results">How loading it can go.</param>
    public void Know(string model, IEnumerable<string> results)
    {
        loadDuration.WithLabels(model);
        foreach (var result in results)
        {
            loads.WithLabels(model, result);
        }
    }

    /// <summary>Publishes the state of a version.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Version of the model.</param>
    /// <param name="state">The state it is in.</param>
    /// <param name="all">All states.</param>
    public void SetState(string model, int version, string state, IEnumerable<string> all)
    {
        var number = version.ToString(CultureInfo.InvariantCulture);
        foreach (var candidate in all)
        {
            states.WithLabels(model, number, candidate).Set(candidate == state ? 1 : 0);
        }
    }

    /// <summary>Removes the states of a version that is no longer in the repository.</summary>
    public void Forget(string model, int version, IEnumerable<string> all)
    {
        foreach (var state in all)
        {
            states.RemoveLabelled(model, version.ToString(CultureInfo.InvariantCulture), state);
        }
    }

    /// <summary>Counts a load that succeeded.</summary>
    public void Loaded(string model, string result, TimeSpan duration)
    {
        loads.WithLabels(model, result).Inc();
        loadDuration.WithLabels(model).Observe(duration.TotalSeconds);
    }

    /// <summary>Counts a load that failed.</summary>
    public void Refused(string model, string result) => loads.WithLabels(model, result).Inc();
}
