using System.Globalization;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.ModelRepository;

/// <summary>The content of a model repository. Only a folder with a finished version is a model; everything else is skipped.</summary>
public sealed class ModelCatalog
{
    private readonly string? nameOfRoot;

    /// <param name="root">The repository's folder.</param>
    /// <param name="nameOfRoot">
    /// Name of the model whose versions are the folders of the root itself, as KServe mounts a model; null when there is none. A folder
    /// of that name with versions goes first.
    /// </param>
    /// <exception cref="UserErrorException">The folder does not exist or cannot be read.</exception>
    public ModelCatalog(string root, string? nameOfRoot = null)
    {
        this.nameOfRoot = nameOfRoot is not null && ModelDirectory.IsName(nameOfRoot) ? nameOfRoot : null;
        InputFile.RequireFolder(root, "model repository");
        Root = root;
        try
        {
            Names = FindNames(root);
            if (this.nameOfRoot is not null && !Names.Contains(this.nameOfRoot) && VersionsIn(root).Count > 0)
            {
                Names = [.. Names.Append(this.nameOfRoot).Order(StringComparer.Ordinal)];
            }
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
        if (name.Length == 0 || name != NameOf(name) || name.StartsWith('.'))
        {
            return [];
        }

        var versions = Directory.Exists(family) ? VersionsIn(family) : [];
        return versions.Count == 0 && name == nameOfRoot ? VersionsIn(Root) : versions;
    }

    /// <summary>The folder of a version.</summary>
    public string Folder(string name, int version)
    {
        var number = version.ToString(CultureInfo.InvariantCulture);
        return StandsInRoot(name) ? Path.Combine(Root, number) : Path.Combine(Root, name, number);
    }

    /// <summary>Whether the versions of a model are the folders of the root itself.</summary>
    public bool StandsInRoot(string name) => name == nameOfRoot && VersionsIn(Path.Combine(Root, name)).Count == 0;

    private static List<int> VersionsIn(string family)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(family).Select(VersionOf).OfType<int>().Order()];
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            return [];   // such as lost+found, which belongs to the system, or a folder that is being removed
        }
    }

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
