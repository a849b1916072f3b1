namespace Pipeline.Shared.Datasets;

/// <summary>What a format finds when it opens a data set.</summary>
/// <param name="Images">Images with labels, in ordinal order of their ids, which are unique.</param>
/// <param name="Labels">Reads the labels of the images.</param>
public sealed record DatasetContent(IReadOnlyList<DatasetImage> Images, ILabelReader Labels)
{
    /// <summary>Images without labels, which are left out. An image without objects has labels: empty ones.</summary>
    public IReadOnlyList<DatasetImage> Unlabeled { get; init; } = [];

    /// <summary>Errors and warnings about files and names.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>
    /// The set's own lists of image ids, by name: <c>train</c>, <c>val</c>, <c>test</c> (VOC's ImageSets, YOLO's data.yaml).
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Splits { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Files of labels and lists, which must never be overwritten.</summary>
    public IReadOnlyList<string> LabelFiles { get; init; } = [];

    /// <summary>Why an unlabeled image is one: "has no label file"; for messages.</summary>
    public string UnlabeledBecause { get; init; } = "has no labels";
}
