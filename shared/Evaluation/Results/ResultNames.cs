using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>
/// The images and classes that results may name. An image is named by the number or text that the labels give it (COCO), or by its id,
/// whose leading zeros do not count (<c>8</c> for <c>000008</c>); a class by the number that the labels give it, or by its name.
/// </summary>
internal sealed class ResultNames
{
    /// <summary>Of a class or image that the labels know but that is not evaluated.</summary>
    public const int NotEvaluated = -1;

    private readonly Dataset truth;
    private readonly LabelMap labels;
    private readonly Dictionary<long, int> imagesByNumber = [];
    private readonly Dictionary<string, int> imagesByText = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> imagesByFile = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> classesByNumber = [];
    private readonly HashSet<string> knownClasses;

    /// <param name="truth">The labels.</param>
    /// <param name="evaluated">Ids of the images that are evaluated.</param>
    /// <param name="labels">The classes that are measured.</param>
    /// <param name="areClassesListed">
    /// Whether the user listed the classes; then they have the numbers 1, 2… of the list where the labels give them none.
    /// </param>
    public ResultNames(Dataset truth, IReadOnlyList<string> evaluated, LabelMap labels, bool areClassesListed)
    {
        this.truth = truth;
        this.labels = labels;
        Images = ImageOrder.Of([.. evaluated.Select(truth.Image)]);
        AddImages();
        knownClasses = [.. truth.Classes.Select(entry => entry.Name), .. labels.Classes];
        AddClasses(areClassesListed);
    }

    /// <summary>The evaluated images, in the order by which equal scores are ranked.</summary>
    public ImmutableArray<DatasetImage> Images { get; }

    /// <summary>The classes that are measured.</summary>
    public LabelMap Labels => labels;

    /// <summary>Index of an image, or <see cref="NotEvaluated"/>; null: there is none.</summary>
    public int? Image(long number) => imagesByNumber.TryGetValue(number, out var index) ? index : null;

    /// <inheritdoc cref="Image(long)" />
    public int? Image(string text) => imagesByText.TryGetValue(text, out var index) ? index : null;

    /// <summary>The image of a result file of KITTI.</summary>
    /// <param name="name">The file's name without extension.</param>
    /// <returns>As <see cref="Image(long)"/>.</returns>
    public int? ImageOfFile(string name)
    {
        if (imagesByFile.TryGetValue(name, out var index))
        {
            return index;
        }

        return long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Image(number) : null;
    }

    /// <summary>The name of an image's result file, without extension: its id with '_' in place of '/'.</summary>
    public static string FileOf(DatasetImage image) => image.Id.Replace('/', '_');

    /// <summary>Index of a class, or <see cref="NotEvaluated"/>; null: there is none.</summary>
    public int? Class(long number) => classesByNumber.TryGetValue(number, out var index) ? index : null;

    /// <inheritdoc cref="Class(long)" />
    public int? Class(string name)
    {
        var index = labels.Label(name);
        if (index >= 0)
        {
            return index;
        }

        return knownClasses.Contains(name) ? NotEvaluated : null;
    }

    /// <summary>What to say about an image that is not there.</summary>
    /// <param name="shown">What the results have.</param>
    public string UnknownImage(string shown)
    {
        var example = Images.Length > 0 ? $", such as {Images[0].SourceId ?? $"\"{Images[0].Id}\""}" : "";
        return $"{shown} is no image of {truth.Root}, whose images have ids{example}; correct it, or remove the detection.";
    }

    /// <summary>What to say about a class that is not there.</summary>
    public string UnknownClass(string shown)
    {
        if (classesByNumber.Count == 0 && long.TryParse(shown, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            return $"{shown}: the labels of {truth.Root} give classes no numbers; list the classes in the order of their numbers, from 1, "
                + "with --classes, or write their names.";
        }

        var numbers = classesByNumber.OrderBy(entry => entry.Key).Select(entry => $"{entry.Key}{NameOf(entry.Value)}");
        string[] there = classesByNumber.Count == 0 ? [.. labels.Classes] : [.. numbers];
        return $"{shown} is no class of {truth.Root}; there are {FirstFew.Of(there, 10)}. Correct it, or say what it is with --label-map.";
    }

    private string NameOf(int index) => index < 0 ? "" : $" ({labels.Classes[index]})";

    private void AddImages()
    {
        var indices = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Images.Length; i++)
        {
            indices.Add(Images[i].Id, i);
        }

        foreach (var image in truth.Images)
        {
            var index = indices.GetValueOrDefault(image.Id, NotEvaluated);
            imagesByFile[FileOf(image)] = index;
            if (image.SourceId is not { } source)
            {
                imagesByText[image.Id] = index;
            }
            else if (source[0] == '"')
            {
                imagesByText[System.Text.Json.JsonSerializer.Deserialize<string>(source)!] = index;
            }

            if (ImageOrder.NumberOf(image) is { } number && !imagesByNumber.TryAdd(number, index))
            {
                imagesByNumber.Remove(number);   // 8 may be 8 or 08: only the texts tell
            }
        }
    }

    private void AddClasses(bool areListed)
    {
        var areNumbered = truth.Classes.Any(entry => entry.Id is not null);
        foreach (var entry in truth.Classes.Where(entry => entry.Id is not null))
        {
            classesByNumber[entry.Id!.Value] = labels.Label(entry.Name);
        }

        for (var i = 0; i < labels.Classes.Count && areListed && !areNumbered; i++)
        {
            classesByNumber.Add(i + 1, i);
        }
    }
}
