using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving;

/// <summary>Which version of which model is served.</summary>
internal static class ModelSelection
{
    /// <returns>The folder of the version.</returns>
    /// <exception cref="UserErrorException">The repository does not hold it, or holds several models and none is named.</exception>
    public static string Find(ServiceOptions options)
    {
        var catalog = new ModelCatalog(options.Models);
        var name = options.Model ?? OnlyModel(catalog);
        var versions = catalog.Versions(name);
        if (versions.Count == 0)
        {
            throw new UserErrorException($"--model: '{name}' is no model in {catalog.Root}; {Content(catalog)}");
        }

        var version = options.Version ?? versions[^1];
        if (!versions.Contains(version))
        {
            throw new UserErrorException(
                $"--model-version: {catalog.Root} holds no version {version} of '{name}', but {string.Join(", ", versions)}.");
        }

        return catalog.Folder(name, version);
    }

    private static string OnlyModel(ModelCatalog catalog) => catalog.Names.Count switch
    {
        0 => throw new UserErrorException($"{catalog.Root}: {Content(catalog)}"),
        1 => catalog.Names[0],
        _ => throw new UserErrorException($"{catalog.Root}: {Content(catalog)} Choose one with --model."),
    };

    private static string Content(ModelCatalog catalog) => catalog.Names.Count == 0
        ? "it holds no model: no folder <name>/<version> with a manifest.json. Export a model into it, or name another with --models."
        : $"its models are: {string.Join(", ", catalog.Names)}.";
}
