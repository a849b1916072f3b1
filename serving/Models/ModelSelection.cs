using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Models;

/// <summary>Selects the versions of the models to serve.</summary>
internal static class ModelSelection
{
    /// <summary>Lists what the repository's folder contains: all versions of the models that may be served.</summary>
    /// <returns>By name and version.</returns>
    /// <exception cref="UserErrorException">The folder does not exist or cannot be read.</exception>
    public static IReadOnlyList<ListedVersion> List(RepositoryOptions options) =>
        List(new ModelCatalog(options.Models, options.Model), options);

    /// <summary>Which of the versions of one model are to be served, as far as they can be.</summary>
    /// <param name="versions">Its versions in the repository, oldest first.</param>
    /// <param name="options">What is selected.</param>
    /// <param name="canReplace">Whether an older version may be served for a newer one that cannot be.</param>
    /// <returns>The candidates, newest first; <see cref="Count"/> of them are to be served.</returns>
    public static IReadOnlyList<ListedVersion> Candidates(
        IEnumerable<ListedVersion> versions, RepositoryOptions options, bool canReplace)
    {
        var newestFirst = versions.Where(version => options.Version is null || version.Version == options.Version).Reverse();
        return [.. canReplace ? newestFirst : newestFirst.Take(Count(options))];
    }

    /// <summary>How many versions of a model are served at most.</summary>
    public static int Count(RepositoryOptions options) =>
        options.Version is null && options.NewestVersions == 0 ? int.MaxValue : Math.Max(1, options.NewestVersions);

    /// <summary>Lists what is to be served, for a service whose models are decided at its start.</summary>
    /// <returns>All versions of the models, by name and version.</returns>
    /// <exception cref="UserErrorException">The repository does not contain what is named, or contains no model.</exception>
    public static IReadOnlyList<ListedVersion> Require(RepositoryOptions options)
    {
        var catalog = new ModelCatalog(options.Models, options.Model);
        var listed = List(catalog, options);
        if (options.Model is { } name && listed.Count == 0)
        {
            throw new UserErrorException($"--model: {catalog.Root} has no model named '{name}'; {Content(catalog)}");
        }

        if (listed.Count == 0)
        {
            throw new UserErrorException($"{catalog.Root}: {Content(catalog)}");
        }

        foreach (var model in listed.GroupBy(version => version.Name))
        {
            RequireVersion(catalog, model, options);
        }

        return listed;
    }

    private static List<ListedVersion> List(ModelCatalog catalog, RepositoryOptions options)
    {
        IReadOnlyList<string> names = options.Model is { } only ? [only] : catalog.Names;
        var listed = new List<ListedVersion>();
        foreach (var name in names)
        {
            foreach (var version in catalog.Versions(name))
            {
                var folder = catalog.Folder(name, version);
                listed.Add(new ListedVersion(name, version, folder, catalog.StandsInRoot(name), ListedVersion.Identify(folder)));
            }
        }

        return listed;
    }

    private static void RequireVersion(ModelCatalog catalog, IGrouping<string, ListedVersion> model, RepositoryOptions options)
    {
        if (options.Version is { } version && model.All(listed => listed.Version != version))
        {
            var versions = string.Join(", ", model.Select(listed => listed.Version));
            throw new UserErrorException(
                $"--model-version: {catalog.Root} has no version {version} of '{model.Key}'; its versions are: {versions}.");
        }
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
