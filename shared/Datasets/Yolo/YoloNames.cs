namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>Which class each number of the labels is. Numbers may have gaps; one without a name is an error where it is used.</summary>
/// <param name="path">The file that has the names, for messages.</param>
/// <param name="names">The names by number.</param>
internal sealed class YoloNames(string path, IReadOnlyDictionary<int, string> names)
{
    /// <summary>The classes by their numbers; numbers of one name are one class.</summary>
    public IReadOnlyList<DatasetClass> Classes { get; } =
        [.. names.OrderBy(entry => entry.Key).DistinctBy(entry => entry.Value).Select(entry => new DatasetClass(entry.Value, entry.Key))];

    /// <summary>The name of a number; null when it has none.</summary>
    public string? Of(int number) => names.GetValueOrDefault(number);

    /// <summary>Why a number has no name: "class 7 has no name in data.yaml, which…".</summary>
    public string Defect(int number)
    {
        var known = names.Count == 0 ? "names none" : $"names {names.Keys.Min()} to {names.Keys.Max()}";
        return $"class {number} has no name: {path} {known}.";
    }
}
