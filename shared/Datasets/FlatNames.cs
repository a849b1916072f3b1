namespace Pipeline.Shared.Datasets;

/// <summary>Names of images in a layout that has all of them in one folder.</summary>
internal sealed class FlatNames
{
    private readonly Dictionary<string, string> taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The image's id with '_' in place of '/'.</summary>
    /// <exception cref="UserErrorException">An earlier image has the same name.</exception>
    public string Of(DatasetImage image)
    {
        var name = image.Id.Replace('/', '_');
        return taken.TryAdd(name, image.Id)
            ? name
            : throw new UserErrorException(
                $"{image.Path}: in one folder it would have the name of '{taken[name]}', {name}; rename one of the two images.");
    }
}
