using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>
/// Finds label files: in the mirrored folder (<c>images/train/a.jpg</c>, <c>labels/train/a.txt</c>), else beside the image. Every folder is
/// listed once.
/// </summary>
internal sealed class YoloLabelFiles
{
    private readonly Dictionary<string, Dictionary<string, string>> textFiles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> imageFolders = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    /// <summary>The label files that belong to an image.</summary>
    public IReadOnlyCollection<string> Used => used;

    /// <summary>The label file of an image; null when there is none.</summary>
    public string? Of(string image)
    {
        var folder = Path.GetDirectoryName(image) ?? "";
        var name = ImageNames.WithoutExtension(Path.GetFileName(image));
        string[] candidates = YoloLabelPaths.Mirrored(folder) is { } mirrored ? [mirrored, folder] : [folder];
        string? found = null;
        foreach (var candidate in candidates)
        {
            AddFolder(candidate, folder);
            found ??= textFiles[candidate].GetValueOrDefault(name);
        }

        if (found is not null)
        {
            used.Add(found);
        }

        return found;
    }

    /// <summary>Includes a folder of labels, whether or not it has a folder of images.</summary>
    public void AddFolder(string labelFolder, string imageFolder)
    {
        if (!textFiles.ContainsKey(labelFolder))
        {
            textFiles.Add(labelFolder, TextFilesIn(labelFolder));
            imageFolders.Add(labelFolder, new HashSet<string>(StringComparer.Ordinal));
        }

        imageFolders[labelFolder].Add(imageFolder);
    }

    /// <summary>Label files for which no image exists, in the set or outside of it.</summary>
    /// <param name="others">Text files that are something else.</param>
    public IEnumerable<string> WithoutImage(IReadOnlySet<string> others)
    {
        foreach (var (folder, files) in textFiles)
        {
            string[] left = [.. files.Values.Where(file => !used.Contains(file) && !others.Contains(file))];
            if (left.Length > 0)
            {
                var images = imageFolders[folder].SelectMany(ImageNamesIn).ToHashSet(StringComparer.Ordinal);
                foreach (var file in left.Where(file => !images.Contains(Path.GetFileNameWithoutExtension(file))))
                {
                    yield return file;
                }
            }
        }
    }

    private static Dictionary<string, string> TextFilesIn(string folder)
    {
        var files = VisibleIn(folder).Where(file => YoloLabelPaths.IsText(file) && !YoloNamesFile.IsOne(file));
        return files.ToDictionary(file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal);
    }

    private static IEnumerable<string> ImageNamesIn(string folder) =>
        VisibleIn(folder).Where(ImageFormats.HasImageExtension).Select(file => Path.GetFileNameWithoutExtension(file));

    /// <summary>Includes links to nothing, which are refused when they are read.</summary>
    private static IEnumerable<string> VisibleIn(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        try
        {
            var entries = Directory.EnumerateFileSystemEntries(folder).Where(entry => Path.GetFileName(entry)[0] != '.');
            return [.. entries.Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UserErrorException(
                $"{folder}: this folder cannot be read by the user '{Environment.UserName}'; change its permissions.",
                exception);
        }
    }
}
