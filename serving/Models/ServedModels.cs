using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Observability;
using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Models;

/// <summary>The models that answer requests. Protocols look a model up here.</summary>
internal sealed class ServedModels : IDisposable
{
    private readonly List<ServedVersion> versions = [];
    private readonly BatchExecutor executor;

    private ServedModels(BatchExecutor executor) => this.executor = executor;

    /// <summary>Whether every model that is to be served has a version that answers requests.</summary>
    public bool IsReady => Obstacle is null;

    /// <summary>Why not, in plain words; null when every model has such a version.</summary>
    public string? Obstacle => versions.Count > 0 ? null : "no model is served";

    /// <summary>All versions that are known, by name and version.</summary>
    public IReadOnlyList<ModelStatus> Index =>
    [
        .. versions.Select(version => version.Manifest)
            .Select(manifest => new ModelStatus(manifest.Name, manifest.Version, ModelState.Ready, Reason: "")),
    ];

    /// <summary>Finds the models in the repository and loads them.</summary>
    /// <exception cref="UserErrorException">No model can be served.</exception>
    public static ServedModels Load(ServiceOptions options, BatchExecutor executor, ServiceMetrics metrics)
    {
        var models = new ServedModels(executor);
        foreach (var folder in ModelSelection.Find(options.Repository))
        {
            var detector = DetectorModel.Load(ModelDirectory.Open(folder), options.Execution);
            models.versions.Add(new ServedVersion(detector, options.Limits.Images, metrics));
        }

        return models;
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
        var found = versions.LastOrDefault(served =>
            (string.IsNullOrEmpty(name) || served.Manifest.Name == name)
            && (string.IsNullOrEmpty(version) || $"{served.Manifest.Version}" == version));
        return found is null
            ? throw new RefusedRequestException(FaultKind.UnknownModel, "This model is not served.")
            : new ModelLease(found, executor, observation, giveBack: _ => { });
    }

    /// <summary>What versions have done since they were loaded.</summary>
    /// <param name="name">Name of the model as it was sent; null or empty selects all.</param>
    /// <param name="version">Version as it was sent; null or empty selects all that are ready.</param>
    /// <exception cref="RefusedRequestException">There is no such model or version, or it is not ready.</exception>
    public IReadOnlyList<ModelStatistics> Statistics(string? name, string? version)
    {
        if (string.IsNullOrEmpty(name))
        {
            return [.. versions.Select(served => served.Metrics.Statistics)];
        }

        using var lease = Lease(name, version);
        return [.. versions.Where(served => served.Manifest.Name == name).Select(served => served.Metrics.Statistics)];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var version in versions)
        {
            version.Dispose();
        }
    }
}
