namespace Pipeline.Shared.Datasets.Checking;

/// <summary>Lists that divide the images among themselves, and what is wrong with them.</summary>
internal sealed class CheckedLists
{
    private const string Train = "train";

    /// <summary>VOC's union of train and val, which is no part of its own beside them.</summary>
    private const string Union = "trainval";

    private readonly Dictionary<string, (string List, string At)> places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly List<Finding> findings = [];

    private CheckedLists()
    {
    }

    /// <summary>Wrong lines, and images that are in two lists.</summary>
    public IReadOnlyList<Finding> Findings => findings;

    /// <summary>The number of images of each list.</summary>
    public IReadOnlyDictionary<string, int> Counts => counts;

    /// <summary>The lists that a user names: files, or the set's own.</summary>
    public static CheckedLists Named(IEnumerable<string> names, Dataset dataset)
    {
        var lists = new CheckedLists();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            lists.Add(name, lists.Lines(name, dataset));
        }

        return lists;
    }

    /// <summary>The set's own lists.</summary>
    public static CheckedLists Own(Dataset dataset)
    {
        var lists = new CheckedLists();
        foreach (var (name, images) in dataset.Splits.Where(split => split.Key != Union || !dataset.Splits.ContainsKey(Train)))
        {
            lists.Add(name, OwnLines(name, images, dataset));
        }

        return lists;
    }

    /// <summary>The list that an image is in; null when it is in none.</summary>
    public string? ListOf(string id) => places.TryGetValue(id, out var place) ? place.List : null;

    private static IEnumerable<ImageListLine> OwnLines(string name, IEnumerable<string> images, Dataset dataset) =>
        images.Select(id => new ImageListLine(id, $"{dataset.Root}: its list '{name}'", Defect: null));

    private IEnumerable<ImageListLine> Lines(string name, Dataset dataset)
    {
        if (ImageList.Own(name, dataset) is { } images)
        {
            return OwnLines(name, images, dataset);
        }

        try
        {
            return ImageList.Lines(name, dataset);
        }
        catch (UserErrorException exception)
        {
            findings.Add(Finding.Of(name, exception));
            return [];
        }
    }

    private void Add(string list, IEnumerable<ImageListLine> lines)
    {
        foreach (var line in lines)
        {
            if (line.Defect is { } defect)
            {
                findings.Add(new Finding(line.At, defect));
                continue;
            }

            counts[list] = counts.GetValueOrDefault(list) + 1;
            if (!places.TryAdd(line.Id, (list, line.At)))
            {
                findings.Add(new Finding(line.At, $"image '{line.Id}' is already in {places[line.Id].At}; remove it from one of the two."));
            }
        }
    }
}
