using System.ComponentModel.DataAnnotations;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Configuration;

/// <summary>What decides which models are loaded after the start.</summary>
public enum ModelControl
{
    /// <summary>Nothing: what is loaded at the start stays.</summary>
    None,

    /// <summary>The repository's folder, looked at again and again.</summary>
    Poll,

    /// <summary>Requests to load and to unload.</summary>
    Explicit,
}

/// <summary>Which models are served.</summary>
public sealed record RepositoryOptions : IRelatedOptions
{
    /// <summary>Folder of the model repository.</summary>
    [Required] public string Models { get; init; } = "models";

    /// <summary>
    /// Name of the only model to serve; null serves all that the repository holds. If the folder has no model of that name, but versions
    /// directly in it, these are served under the name, whatever their manifests call it: so KServe mounts a model.
    /// </summary>
    public string? Model { get; init; }

    /// <summary>The only version to serve, from 1; null selects by <see cref="NewestVersions"/>.</summary>
    [Range(1, int.MaxValue), Flag("--model-version")] public int? Version { get; init; }

    /// <summary>How many versions of a model are served, counted from the newest; 0 serves all.</summary>
    [Range(0, 1_000)] public int NewestVersions { get; init; } = 1;

    /// <summary>What decides which models are loaded after the start.</summary>
    [Flag("--model-control")] public ModelControl Control { get; init; } = ModelControl.None;

    /// <summary>With <see cref="ModelControl.Poll"/>: seconds between two looks at the folder.</summary>
    [Range(0.1, 86_400)] public double PollSeconds { get; init; } = 5;

    /// <summary>Sizes for which a version is warmed up before it is ready, as <c>WIDTHxHEIGHT</c> in pixels.</summary>
    public IReadOnlyList<string> WarmUpSizes { get; init; } = ["1242x375"];

    /// <inheritdoc />
    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        foreach (var text in WarmUpSizes)
        {
            if (WarmUpSize.Problem(text) is { } problem)
            {
                yield return new OptionProblem("warmUpSizes", problem);
            }
        }
    }
}
