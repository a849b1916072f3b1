using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Models;

/// <summary>Selects the versions of the models to serve.</summary>
internal static class ModelSelection
{
    /// <returns>The folders of the versions, by name and version.</returns>
    /// <exception cref="UserErrorException">The repository does not contain what is named, or contains no model.</exception>
    public static IReadOnlyList<string> Find(RepositoryOptions options)
    {
        var catalog = new ModelCatalog(options.Models);
        IReadOnlyList<string> names = options.Model is { } only ? [only] : catalog.Names;
        if (names.Count == 0)
        {
            throw new UserErrorException($"{catalog.Root}: {Content(catalog)}");
        }

        return [.. names.SelectMany(name => Versions(catalog, name, options).Select(version => catalog.Folder(name, version)))];
    }

    private static IEnumerable<int> Versions(ModelCatalog catalog, string name, RepositoryOptions options)
    {
        var versions = catalog.Versions(name);
        if (versions.Count == 0)
        {
            throw new UserErrorException($"--model: {catalog.Root} has no model named '{name}'; {Content(catalog)}");
        }

        if (options.Version is not { } version)
        {
            return options.NewestVersions == 0 ? versions : versions.TakeLast(options.NewestVersions);
        }

        if (!versions.Contains(version))
        {
            throw new UserErrorException(
                $"--model-version: {catalog.Root} has no version {version} of '{name}'; its versions are: {string.Join(", ", versions)}.");
        }

        return [version];
    }

    private static string Content(ModelCatalog catalog)
    {
        if (catalog.Names.Count > 0)
        {
            return $"its models are: {string.Join(", ", catalog.Names)}.";
        }

        return "it contains no model, that is, no folder <name>/<version> with a manifest.json. "
            + "Export a model into it, or choose another repository with --models.";
    }
}
