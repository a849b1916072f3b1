using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Models;

/// <summary>Selects the version of the model to serve.</summary>
internal static class ModelSelection
{
    /// <returns>The folder of the version.</returns>
    /// <exception cref="UserErrorException">
    /// The repository does not contain it, or contains several models and none is named.
    /// </exception>
    public static string Find(ServiceOptions options)
    {
        var catalog = new ModelCatalog(options.Models);
        var name = options.Model ?? OnlyModel(catalog);
        var versions = catalog.Versions(name);
        if (versions.Count == 0)
        {
            throw new UserErrorException($"--model: {catalog.Root} has no model named '{name}'; {Content(catalog)}");
        }

        var version = options.Version ?? versions[^1];
        if (!versions.Contains(version))
        {
            throw new UserErrorException(
                $"--model-version: {catalog.Root} has no version {version} of '{name}'; its versions are: {string.Join(", ", versions)}.");
        }

        return catalog.Folder(name, version);
    }

    private static string OnlyModel(ModelCatalog catalog) => catalog.Names.Count switch
    {
        0 => throw new UserErrorException($"{catalog.Root}: {Content(catalog)}"),
        1 => catalog.Names[0],
        _ => throw new UserErrorException($"{catalog.Root}: {Content(catalog)} Choose one with --model."),
    };

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
