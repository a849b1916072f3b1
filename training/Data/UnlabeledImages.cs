using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Text;

namespace Pipeline.Training.Data;

/// <summary>Unlabelled images: every image file below a folder, at any depth, or those that a list file names.</summary>
/// <param name="Files">
/// Paths: a folder's in ordinal order, a list's in its own. Whether a list's files are there shows when they are read.
/// </param>
/// <param name="Remarks">What of the folder is left out.</param>
internal sealed record UnlabeledImages(IReadOnlyList<string> Files, IReadOnlyList<string> Remarks)
{
    private const char Comment = '#';

    /// <param name="source">A folder, or a text file with one path per line; empty lines and those that begin with # are ignored.</param>
    /// <param name="root">What a list's paths are relative to; its own folder when null.</param>
    /// <exception cref="UserErrorException">The source is missing, holds no image or names one twice.</exception>
    public static UnlabeledImages Of(string source, string? root = null)
    {
        if (FileStatus.Of(source).Kind == FileKind.Folder)
        {
            return OfFolder(source);
        }

        if (ImageFormats.HasImageExtension(source))
        {
            throw new UserErrorException($"{source}: this is one image; name a folder of images, or a list with one path a line.");
        }

        return new UnlabeledImages(OfList(source, root ?? Path.GetDirectoryName(Path.GetFullPath(source))!), []);
    }

    private static UnlabeledImages OfFolder(string folder)
    {
        var files = VisibleFiles.Below(folder);
        string[] images = [.. files.Where(ImageFormats.HasImageExtension)];
        if (images.Length == 0)
        {
            throw new UserErrorException($"{folder}: there is no image in it or below it; {ImageFormats.Extensions} are read.");
        }

        string[] others =
            [.. files.Where(file => !ImageFormats.HasImageExtension(file)).Select(file => Path.GetRelativePath(folder, file))];
        return new UnlabeledImages(images, others.Length == 0
            ? []
            : [$"warning: {others.Length} files below {folder} are not read ({FirstFew.Of(others)}); "
                + $"images are {ImageFormats.Extensions}"]);
    }

    private static List<string> OfList(string list, string root)
    {
        var text = InputFile.ReadText(list, "folder of images or list file");
        if (FileStatus.Of(root).Kind != FileKind.Folder)
        {
            throw new UserErrorException($"{root}: there is no such folder; the paths of {list} are relative to it.");
        }

        var files = new List<string>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var name = line.Trim().ToString();
            if (name.Length == 0 || name[0] == Comment)
            {
                continue;
            }

            var file = Path.Combine(root, name);
            if (!lines.TryAdd(Path.GetFullPath(file), number))
            {
                throw new UserErrorException($"{list}:{number}: {name} is already in line {lines[Path.GetFullPath(file)]}; remove one.");
            }

            files.Add(file);
        }

        return files.Count > 0 ? files : throw new UserErrorException($"{list}: names no image.");
    }
}
