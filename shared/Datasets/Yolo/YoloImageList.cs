using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>
/// A list of image files, a path a line: absolute, or relative to the list's folder or to the data set's. Empty lines and lines that
/// begin with # are skipped.
/// </summary>
/// <param name="path">The list.</param>
/// <param name="root">The folder of the data set.</param>
/// <param name="findings">Receives an error for each line that leads to no image, and warnings.</param>
internal sealed class YoloImageList(string path, string root, List<Finding> findings)
{
    private readonly string[] folders = [Path.GetFullPath(Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : "."), root];
    private readonly Dictionary<string, int> lines = new(StringComparer.Ordinal);

    /// <returns>Full paths of the images, in the order of the lines.</returns>
    public IReadOnlyList<string> Read()
    {
        try
        {
            var number = 0;
            foreach (var line in InputFile.ReadText(path, "list of images").AsSpan().EnumerateLines())
            {
                number++;
                var text = line.Trim().ToString();
                if (text.Length > 0 && text[0] != '#')
                {
                    Add(text, number);
                }
            }
        }
        catch (UserErrorException exception)
        {
            findings.Add(Finding.Of(path, exception));
        }

        return [.. lines.Keys];
    }

    private void Add(string text, int number)
    {
        var at = $"{path}:{number}";
        if (!ImageFormats.HasImageExtension(text))
        {
            findings.Add(new Finding(at, $"{Excerpt.Of(text)} is not an image's path; images are {ImageFormats.Extensions}."));
        }
        else if (Existing(text) is not { } image)
        {
            findings.Add(new Finding(at, $"there is no image {Excerpt.Of(text)}; correct the path or remove the line."));
        }
        else if (!lines.TryAdd(image, number))
        {
            findings.Add(new Finding(at, $"the image is already in line {lines[image]}; it counts once.")
            {
                Summary = "lines repeat an image of their list, which counts once",
            });
        }
    }

    /// <summary>Windows' separators are read, too.</summary>
    private string? Existing(string text)
    {
        string[] spellings = [text, text.Replace('\\', '/')];
        var candidates = spellings.SelectMany(spelling => folders.Select(folder => Path.GetFullPath(spelling, folder)));
        return candidates.FirstOrDefault(candidate => FileStatus.Of(candidate).Kind == FileKind.File);
    }
}
