using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// Finds files below a folder by lists of names: each folder is listed once, so that a hundred thousand images need no hundred thousand
/// questions to the file system.
/// </summary>
/// <param name="root">The folder.</param>
internal sealed class ListedFolders(string root)
{
    private readonly Dictionary<string, ListedFolder?> folders = new(StringComparer.Ordinal);

    /// <summary>The folder.</summary>
    public string Root => root;

    /// <summary>
    /// The file of a name, or the only image whose name differs from it in the extension, or in the case of letters.
    /// </summary>
    /// <param name="relative">Path below the root, with '/'.</param>
    /// <returns>The path that is there, below the root, with '/'; null when there is none.</returns>
    public string? Find(string relative)
    {
        var slash = relative.LastIndexOf('/');
        var folder = relative[..Math.Max(slash, 0)];
        var name = Folder(folder)?.Find(relative[(slash + 1)..]);
        return name is null || folder.Length == 0 ? name : $"{folder}/{name}";
    }

    /// <summary>The images of a folder below the root: paths as <see cref="Find"/> returns them, in no order.</summary>
    public IEnumerable<string> Images(string folder)
    {
        var names = Folder(folder)?.Names ?? [];
        return names.Where(ListedFolder.IsImage).Select(name => folder.Length == 0 ? name : $"{folder}/{name}");
    }

    private ListedFolder? Folder(string folder)
    {
        if (!folders.TryGetValue(folder, out var listed))
        {
            listed = ListedFolder.Of(folder.Length == 0 ? root : Path.Combine(root, folder));
            folders.Add(folder, listed);
        }

        return listed;
    }
}

/// <summary>The names in a folder.</summary>
internal sealed class ListedFolder
{
    private readonly Lazy<ILookup<string, string>> byStem;

    private ListedFolder(HashSet<string> names)
    {
        Names = names;
        byStem = new Lazy<ILookup<string, string>>(() => Names.Where(IsImage)
            .ToLookup(ImageNames.WithoutExtension, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Names of its files and folders.</summary>
    public HashSet<string> Names { get; }

    /// <summary>Whether a name is that of an image that is not hidden.</summary>
    public static bool IsImage(string name) => name[0] != '.' && ImageFormats.HasImageExtension(name);

    /// <returns>Null when there is no such folder.</returns>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static ListedFolder? Of(string path)
    {
        if (!Directory.Exists(path))
        {
            return null;
        }

        try
        {
            return new ListedFolder([.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)!)]);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new UserErrorException(
                $"{path}: this folder cannot be read by the user '{Environment.UserName}'; change its permissions.", exception);
        }
    }

    /// <summary>The name itself, or the only image whose name differs in the extension, or in the case of letters.</summary>
    public string? Find(string name)
    {
        if (Names.TryGetValue(name, out var same))
        {
            return same;
        }

        string[] near = [.. byStem.Value[ImageNames.WithoutExtension(name)].Take(2)];
        return near.Length == 1 ? near[0] : null;
    }
}
