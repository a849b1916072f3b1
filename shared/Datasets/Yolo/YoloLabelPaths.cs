namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>Where YOLO's tools look for the labels of an image (ultralytics' <c>img2label_paths</c>).</summary>
internal static class YoloLabelPaths
{
    /// <summary>Folders whose names are swapped.</summary>
    public const string Images = "images", Labels = "labels";

    /// <summary>The extension of label files.</summary>
    public const string Extension = ".txt";

    /// <summary>Whether a file has the extension of label files.</summary>
    public static bool IsText(string path) => Path.GetExtension(path) == Extension;

    /// <summary>
    /// The folder of the labels of a folder of images: the last <c>images</c> in its path becomes <c>labels</c>; null when there is none.
    /// </summary>
    public static string? Mirrored(string folder) => WithLast(folder, Images, Labels);

    /// <summary>The reverse of <see cref="Mirrored"/>.</summary>
    public static string? MirroredBack(string folder) => WithLast(folder, Labels, Images);

    /// <summary>The path below a folder with '/', without extension and without the last <c>images</c> folder.</summary>
    public static string Id(string root, string image)
    {
        var relative = Path.GetRelativePath(root, image).Replace(Path.DirectorySeparatorChar, '/');
        var parts = ImageNames.WithoutExtension(relative).Split('/').ToList();
        var last = parts.FindLastIndex(parts.Count - 1, part => part.Equals(Images, StringComparison.OrdinalIgnoreCase));
        if (last >= 0 && last < parts.Count - 1)
        {
            parts.RemoveAt(last);
        }

        return string.Join('/', parts);
    }

    /// <summary>A capital first letter is kept: <c>Images</c> becomes <c>Labels</c>.</summary>
    private static string? WithLast(string folder, string name, string other)
    {
        var parts = folder.Split(Path.DirectorySeparatorChar);
        var last = Array.FindLastIndex(parts, part => part.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (last < 0)
        {
            return null;
        }

        parts[last] = char.IsUpper(parts[last][0]) ? char.ToUpperInvariant(other[0]) + other[1..] : other;
        return string.Join(Path.DirectorySeparatorChar, parts);
    }
}
