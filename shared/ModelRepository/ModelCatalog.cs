using System.Globalization;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.ModelRepository;

/// <summary>The content of a model repository. Only a folder with a finished version is a model; everything else is skipped.</summary>
public sealed class ModelCatalog
{
    /// <param name="root">The repository's folder.</param>
    /// <exception cref="UserErrorException">The folder does not exist or cannot be read.</exception>
    public ModelCatalog(string root)
    {
        InputFile.RequireFolder(root, "model repository");
        Root = root;
        try
        {
            Names = FindNames(root);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UserErrorException(
                $"{root}: this model repository cannot be read by the user '{Environment.UserName}'; change its permissions.", exception);
        }
    }

    /// <summary>The repository's folder.</summary>
    public string Root { get; }

    /// <summary>The models in ordinal order; one that links lead to as well is listed once, under its own name.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The finished versions of a model, newest last; empty when there is no such model.</summary>
    /// <param name="name">A plain name, without any path.</param>
    public IReadOnlyList<int> Versions(string name)
    {
        var family = Path.Combine(Root, name);
        if (name.Length == 0 || name != NameOf(name) || name.StartsWith('.') || !Directory.Exists(family))
        {
            return [];
        }

        try
        {
            return [.. Directory.EnumerateDirectories(family).Select(VersionOf).OfType<int>().Order()];
        }
        catch (UnauthorizedAccessException)
        {
            return [];   // such as lost+found, which belongs to the system
        }
    }

    /// <summary>The folder of a version.</summary>
    public string Folder(string name, int version) => Path.Combine(Root, name, version.ToString(CultureInfo.InvariantCulture));

    private string[] FindNames(string root)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var families = Directory.EnumerateDirectories(root)
            .Where(folder => HoldsVersion(NameOf(folder)))
            .OrderBy(IsLink)
            .ThenBy(NameOf, StringComparer.Ordinal)
            .Where(folder => seen.Add(FileStatus.Of(folder).Identity));
        return [.. families.Select(NameOf).Order(StringComparer.Ordinal)];
    }

    private static bool IsLink(string folder) => new DirectoryInfo(folder).LinkTarget is not null;

    private static string NameOf(string folder) => Path.GetFileName(folder);

    /// <summary>The version in a folder: its name is exactly the number, and it contains a manifest.</summary>
    private static int? VersionOf(string folder)
    {
        var name = NameOf(folder);
        var isNumber = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var version);
        var isPlain = isNumber && version > 0 && name == version.ToString(CultureInfo.InvariantCulture);
        return isPlain && ModelDirectory.IsFinished(folder) ? version : null;
    }

    private bool HoldsVersion(string name) => Versions(name).Count > 0;
}
