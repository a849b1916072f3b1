using Pipeline.Shared.Files;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>
/// The lists <c>train.txt</c>, <c>val.txt</c> and <c>test.txt</c> of <c>ImageSets/Main</c>, one image a line; <c>trainval.txt</c> only
/// where there is no <c>train.txt</c>, because otherwise it repeats it. Lists of a class (<c>cat_train.txt</c>) are not read.
/// </summary>
/// <param name="labeled">Ids of the images with annotations.</param>
/// <param name="unlabeled">Ids of those without.</param>
/// <param name="findings">Receives an error for each line that names no image with annotations, and warnings.</param>
internal sealed class VocImageSets(IReadOnlySet<string> labeled, IReadOnlySet<string> unlabeled, List<Finding> findings)
{
    private const string ImageSets = "ImageSets", Main = "Main";
    private const string Train = "train", TrainAndValidation = "trainval";
    private static readonly string[] Names = [Train, "val", "test", TrainAndValidation];

    private readonly Dictionary<string, IReadOnlyList<string>> splits = new(StringComparer.Ordinal);
    private readonly List<string> files = [];

    /// <summary>The lists that were found, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Splits => splits;

    /// <summary>Their files.</summary>
    public IReadOnlyList<string> Files => files;

    /// <param name="folder">The folder of the data set.</param>
    public void Read(string folder)
    {
        if (VocLayout.Child(folder, ImageSets) is not { } sets)
        {
            return;
        }

        var main = VocLayout.Child(sets, Main) ?? sets;
        foreach (var name in Names)
        {
            var path = Path.Combine(main, name + ".txt");
            var isRepeated = name == TrainAndValidation && splits.ContainsKey(Train);
            if (FileStatus.Of(path).Kind != FileKind.Missing && !isRepeated)
            {
                files.Add(path);
                ReadList(path, name);
            }
        }
    }

    private void ReadList(string path, string name)
    {
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        try
        {
            var number = 0;
            foreach (var line in InputFile.ReadText(path, "list of images").AsSpan().EnumerateLines())
            {
                number++;
                var text = line.Trim().ToString();
                if (text.Length > 0 && IdOf(text, $"{path}:{number}") is { } id)
                {
                    Add(lines, id, path, number);
                }
            }
        }
        catch (UserErrorException exception)
        {
            findings.Add(Finding.Of(path, exception));
        }

        if (lines.Count > 0)
        {
            splits.Add(name, [.. lines.Keys]);
        }
        else
        {
            findings.Add(new Finding(path, "the list names no image; it is not used.")
            {
                Summary = "lists of images are empty and not used",
            });
        }
    }

    private void Add(Dictionary<string, int> lines, string id, string path, int number)
    {
        if (!lines.TryAdd(id, number))
        {
            findings.Add(new Finding($"{path}:{number}", $"image {Excerpt.Of(id)} is already in line {lines[id]}; remove one."));
        }
    }

    /// <returns>Null for a line that is refused, which is a finding.</returns>
    private string? IdOf(string text, string at)
    {
        if (labeled.Contains(text))
        {
            return text;
        }

        var bare = ImageNames.WithoutExtension(text);
        if (labeled.Contains(bare))
        {
            findings.Add(new Finding(at, $"{Excerpt.Of(text)} has an extension, which VOC's lists have not; it is not read.")
            {
                Summary = "lines of lists have an extension, which is not read",
            });
            return bare;
        }

        var defect = unlabeled.Contains(text) || unlabeled.Contains(bare)
            ? "has no annotation file; add one"
            : "is not in the data set; a line holds one name without folder and extension; correct the line";
        findings.Add(new Finding(at, $"image {Excerpt.Of(text)} {defect}, or remove the line."));
        return null;
    }
}
