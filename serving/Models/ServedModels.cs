using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Models;

/// <summary>
/// The models that answer requests. Protocols look a model up here. What changes it (<see cref="RepositoryUpdates"/>) puts a version in
/// only when it is ready, and takes it out before it is unloaded.
/// </summary>
internal sealed partial class ServedModels : IDisposable
{
    private readonly BatchExecutor executor;
    private readonly ServiceMetrics metrics;
    private readonly int queueCapacity;
    private readonly Lock owner = new();
    private readonly SortedDictionary<string, KnownModel> models = new(StringComparer.Ordinal);
    private readonly HashSet<ServedVersion> draining = [];

    /// <param name="executor">Executes the batches; it ends with the models.</param>
    /// <param name="batching">How many images may wait.</param>
    /// <param name="metrics">Publishes the states.</param>
    public ServedModels(BatchExecutor executor, BatchingOptions batching, ServiceMetrics metrics)
    {
        this.executor = executor;
        this.metrics = metrics;
        queueCapacity = batching.MaxQueueLength;
        metrics.WhenCollected(() => executor.BusyInstances, MeasureQueues);
    }

    /// <summary>Whether every model that is to be served has a version that answers requests.</summary>
    public bool IsReady => Obstacle is null;

    /// <summary>Why not, in plain words; null when every model has such a version.</summary>
    public string? Obstacle
    {
        get
        {
            lock (owner)
            {
                var missing = models.Values.Where(model => model.IsRequired && model.Newest is null).ToList();
                if (missing.Count == 0)
                {
                    return models.Values.Any(model => model.Newest is not null) ? null : "no model is loaded";
                }

                var first = missing[0];
                var others = missing.Count == 1 ? "" : $"; {missing.Count - 1} more models are not ready";
                return $"model '{first.Name}' is not ready: {ModelRefusal.Describe(first.Versions.Values.LastOrDefault())}{others}";
            }
        }
    }

    /// <summary>All versions that are known, by name and version.</summary>
    public IReadOnlyList<ModelStatus> Index
    {
        get
        {
            lock (owner)
            {
                return
                [
                    .. models.Values.SelectMany(model => model.Versions.Values.Select(
                        version => new ModelStatus(model.Name, version.Number, version.State, version.Reason))),
                ];
            }
        }
    }

    /// <summary>Gives a version to a request.</summary>
    /// <param name="name">Name of the model as it was sent; null or empty selects the only one.</param>
    /// <param name="version">Version as it was sent; null or empty selects the newest that is ready.</param>
    /// <param name="observation">What is measured of the request; null when nothing is, as for a question about the model.</param>
    /// <exception cref="RefusedRequestException">
    /// There is no such model or version, it is not ready, or several models are served and none is named.
    /// </exception>
    public ModelLease Lease(string? name, string? version, RequestObservation? observation = null)
    {
        lock (owner)
        {
            var served = FindReady(Find(name), version);
            served.Leases++;
            return new ModelLease(served, executor, observation, GiveBack);
        }
    }

    /// <summary>What versions have done since they were loaded.</summary>
    /// <param name="name">Name of the model as it was sent; null or empty selects all.</param>
    /// <param name="version">Version as it was sent; null or empty selects all that are ready.</param>
    /// <exception cref="RefusedRequestException">There is no such model or version, or it is not ready.</exception>
    public IReadOnlyList<ModelStatistics> Statistics(string? name, string? version)
    {
        lock (owner)
        {
            if (string.IsNullOrEmpty(name))
            {
                return [.. models.Values.SelectMany(StatisticsOf)];
            }

            var model = Find(name);
            var served = FindReady(model, version);
            return string.IsNullOrEmpty(version) ? [.. StatisticsOf(model)] : [served.Metrics.Statistics];
        }
    }

    /// <summary>Ends the executor, whose batches use the models, then unloads everything.</summary>
    public void Dispose()
    {
        executor.Dispose();
        List<ServedVersion> loaded;
        lock (owner)
        {
            loaded = [.. models.Values.SelectMany(model => model.Ready).Select(version => version.Serving!), .. draining];
            models.Clear();
            draining.Clear();
        }

        foreach (var version in loaded)
        {
            version.Dispose();
        }
    }

    private static IEnumerable<ModelStatistics> StatisticsOf(KnownModel model) =>
        model.Ready.Select(version => version.Serving!.Metrics.Statistics);

    private void MeasureQueues()
    {
        lock (owner)
        {
            foreach (var version in models.Values.SelectMany(model => model.Ready).Select(version => version.Serving!).Concat(draining))
            {
                version.Metrics.Queue(executor.Waiting(version), queueCapacity);
            }
        }
    }

    private KnownModel Find(string? name)
    {
        if (!string.IsNullOrEmpty(name))
        {
            var isKnown = models.TryGetValue(name, out var named);
            return isKnown && ModelName.IsValid(name) ? named! : throw ModelRefusal.UnknownModel(name, models.Keys);
        }

        return models.Count switch
        {
            0 => throw ModelRefusal.NoModel(),
            1 => models.Values.First(),
            _ => throw ModelRefusal.NotNamed(models.Keys),
        };
    }

    private static ServedVersion FindReady(KnownModel model, string? version)
    {
        if (string.IsNullOrEmpty(version))
        {
            return model.Newest ?? throw ModelRefusal.NotReady(model, model.Versions.Values.LastOrDefault());
        }

        if (ModelName.ReadVersion(version) is not { } number)
        {
            throw ModelRefusal.NoVersion(version);
        }

        if (!model.Versions.TryGetValue(number, out var known))
        {
            throw ModelRefusal.UnknownVersion(model, number);
        }

        return known.Serving ?? throw ModelRefusal.NotReady(model, known);
    }
}
