using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>Where a data set has its files. Names of folders count in any case.</summary>
/// <param name="Folder">The folder of the set.</param>
/// <param name="AnnotationFolder">Its <c>Annotations</c>; null when XML files and images lie anywhere below the folder.</param>
/// <param name="ImageFolder">Its <c>JPEGImages</c> or <c>images</c>; null when images lie anywhere below the folder.</param>
internal sealed record VocLayout(string Folder, string? AnnotationFolder, string? ImageFolder)
{
    private const string Annotations = "Annotations", JpegImages = "JPEGImages", Images = "images";
    private const string DevelopmentKit = "VOCdevkit", YearPrefix = "VOC";

    /// <summary>Whether the folders are VOC's own, even without a file in them.</summary>
    public bool IsVoc => AnnotationFolder is not null && ImageFolder is not null && HasName(ImageFolder, JpegImages);

    /// <summary>The layout of a folder, of its only <c>VOC2012</c>, or of the only one in its <c>VOCdevkit</c>.</summary>
    /// <param name="path">An existing folder.</param>
    /// <exception cref="UserErrorException">There are several.</exception>
    public static VocLayout Of(string path)
    {
        if (Child(path, Annotations) is not null)
        {
            return In(path);
        }

        var years = Years(path);
        return years.Length switch
        {
            0 => In(path),
            1 => In(years[0]),
            _ => throw new UserErrorException(
                $"{path}: this holds several data sets ({string.Join(", ", years.Select(Path.GetFileName))}); name the folder of one."),
        };
    }

    /// <summary>The data sets of a development kit.</summary>
    public static string[] Years(string path)
    {
        var kit = Child(path, DevelopmentKit) ?? path;
        return [.. VisibleFolders(kit).Where(IsYear).Where(folder => Child(folder, Annotations) is not null)];
    }

    /// <summary>
    /// The file's id: its path in its folder with '/', without extension and without the last folder that is named for its kind.
    /// </summary>
    public string AnnotationId(string path) => Id(AnnotationFolder, path, [Annotations]);

    /// <inheritdoc cref="AnnotationId" />
    public string ImageId(string path) => Id(ImageFolder, path, [JpegImages, Images]);

    /// <summary>A folder in another, by its name in any case; null when there is none.</summary>
    public static string? Child(string folder, string name) => VisibleFolders(folder).FirstOrDefault(child => HasName(child, name));

    private static VocLayout In(string folder)
    {
        var annotations = Child(folder, Annotations);
        var images = annotations is null ? null : Child(folder, JpegImages) ?? Child(folder, Images);
        return new VocLayout(folder, annotations, images);
    }

    private string Id(string? kindFolder, string path, string[] kindNames)
    {
        var relative = Path.GetRelativePath(kindFolder ?? Folder, path).Replace(Path.DirectorySeparatorChar, '/');
        var parts = Path.ChangeExtension(relative, null).Split('/').ToList();
        var kind = parts.FindLastIndex(parts.Count - 1, part => kindNames.Contains(part, StringComparer.OrdinalIgnoreCase));
        if (kindFolder is null && kind >= 0 && kind < parts.Count - 1)
        {
            parts.RemoveAt(kind);
        }

        return string.Join('/', parts);
    }

    private static bool IsYear(string folder) => Path.GetFileName(folder).StartsWith(YearPrefix, StringComparison.OrdinalIgnoreCase);

    private static bool HasName(string folder, string name) => Path.GetFileName(folder).Equals(name, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> VisibleFolders(string folder)
    {
        InputFile.RequireFolder(folder);
        return Directory.EnumerateDirectories(folder, "*", new EnumerationOptions()).Order(StringComparer.Ordinal);
    }
}
