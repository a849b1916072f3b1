using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Models;

/// <summary>Tells a client why it gets no model: what was asked for, and what there is.</summary>
internal static class ModelRefusal
{
    private const int MostListed = 10;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>The names or numbers, of which only the first few are listed.</summary>
    public static string List<T>(IReadOnlyCollection<T> all)
    {
        var listed = string.Join(", ", all.Take(MostListed));
        return all.Count <= MostListed ? listed : $"{listed} and {all.Count - MostListed} more";
    }

    /// <summary>No model is named, and there are several.</summary>
    public static RefusedRequestException NotNamed(IReadOnlyCollection<string> names) =>
        new(FaultKind.Malformed, $"This service has several models, so the request must name one: {List(names)}.");

    /// <summary>Nothing can be served.</summary>
    public static RefusedRequestException NoModel() =>
        new(FaultKind.ModelUnavailable, "This service has no model at the moment; send the request again when it is ready.");

    /// <summary>There is no model of that name.</summary>
    public static RefusedRequestException UnknownModel(string name, IReadOnlyCollection<string> names)
    {
        var models = names.Count == 0 ? "this service has none at the moment" : $"the models are: {List(names)}";
        return new RefusedRequestException(FaultKind.UnknownModel, $"There is no model '{ModelName.Shown(name)}'; {models}.");
    }

    /// <summary>The version is not a number.</summary>
    public static RefusedRequestException NoVersion(string version) => new(
        FaultKind.Malformed,
        $"Version '{ModelName.Shown(version)}': a version is a positive whole number; omit it for the newest.");

    /// <summary>The model has no version of that number.</summary>
    public static RefusedRequestException UnknownVersion(KnownModel model, int version) => new(
        FaultKind.UnknownModel,
        $"Model '{model.Name}' has no version {version}; its versions are: {List([.. model.Versions.Keys])}.");

    /// <summary>The model or the version is known, but not ready.</summary>
    public static RefusedRequestException NotReady(KnownModel model, KnownVersion? version)
    {
        var ready = model.Ready.Select(other => other.Number).ToList();
        var instead = ready.Count == 0 ? "" : $" The versions that are ready: {List(ready)}.";
        var isComing = version?.State is ModelState.Loading or ModelState.Warming;
        return new RefusedRequestException(new RequestFault(
            FaultKind.ModelUnavailable,
            $"Model '{model.Name}' is not ready: {Describe(version)}.{instead}")
        {
            RetryAfter = isComing ? Soon : null,
        });
    }

    /// <summary>What a version is doing, in words.</summary>
    public static string Describe(KnownVersion? version)
    {
        if (version is null)
        {
            return "the repository has no version of it";
        }

        var reason = version.Reason.TrimEnd('.');
        return version.State switch
        {
            ModelState.Loading => $"version {version.Number} is being loaded",
            ModelState.Warming => $"version {version.Number} is being warmed up",
            ModelState.Failed => $"version {version.Number} cannot be served: {reason}",
            ModelState.Draining => $"version {version.Number} is being unloaded",
            _ => $"version {version.Number} is not loaded{(reason.Length == 0 ? "" : $" ({reason})")}",
        };
    }
}
