using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Inference;
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
    public bool IsReady => versions.Count > 0;

    /// <summary>All versions that are known, by name and version.</summary>
    public IReadOnlyList<ModelStatus> Index =>
    [
        .. versions.Select(version => version.Manifest)
            .Select(manifest => new ModelStatus(manifest.Name, manifest.Version, ModelState.Ready, Reason: "")),
    ];

    /// <summary>Finds the models in the repository and loads them.</summary>
    /// <exception cref="UserErrorException">No model can be served.</exception>
    public static ServedModels Load(ServiceOptions options, BatchExecutor executor)
    {
        var models = new ServedModels(executor);
        foreach (var folder in ModelSelection.Find(options.Repository))
        {
            var detector = DetectorModel.Load(ModelDirectory.Open(folder), options.Execution);
            models.versions.Add(new ServedVersion(detector, options.Limits.Images));
        }

        return models;
    }

    /// <summary>Gives a version to a request.</summary>
    /// <param name="name">Name of the model as it was sent; null or empty selects the only one.</param>
    /// <param name="version">Version as it was sent; null or empty selects the newest that is ready.</param>
    /// <exception cref="RefusedRequestException">
    /// There is no such model or version, it is not ready, or several models are served and none is named.
    /// </exception>
    public ModelLease Lease(string? name, string? version)
    {
        var found = versions.LastOrDefault(served =>
            (string.IsNullOrEmpty(name) || served.Manifest.Name == name)
            && (string.IsNullOrEmpty(version) || $"{served.Manifest.Version}" == version));
        return found is null
            ? throw new RefusedRequestException(FaultKind.UnknownModel, "This model is not served.")
            : new ModelLease(found, executor);
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
