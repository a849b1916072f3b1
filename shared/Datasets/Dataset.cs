using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets;

/// <summary>Labelled images in any format; all that training, measuring and serving know of them.</summary>
public sealed class Dataset
{
    private readonly DatasetContent content;
    private readonly Dictionary<string, DatasetImage> byId;
    private readonly HashSet<string> unlabeledIds;
    private readonly Lazy<IReadOnlyList<DatasetClass>> classes;

    private Dataset(string root, IDatasetFormat format, DatasetContent opened)
    {
        Root = root;
        Format = format;
        content = opened;
        byId = content.Images.ToDictionary(image => image.Id, StringComparer.Ordinal);
        unlabeledIds = content.Unlabeled.Select(image => image.Id).ToHashSet(StringComparer.Ordinal);
        ImageIds = new IdList(content.Images);
        Findings = [.. content.Unlabeled.Select(LeftOut), .. content.Findings];
        classes = new Lazy<IReadOnlyList<DatasetClass>>(content.Labels.Classes);
    }

    /// <summary>The file or folder that was opened.</summary>
    public string Root { get; }

    /// <summary>Its format.</summary>
    public IDatasetFormat Format { get; }

    /// <summary>Images with labels, in ordinal order of their ids.</summary>
    public IReadOnlyList<DatasetImage> Images => content.Images;

    /// <summary>Ids of the images with labels, in ordinal order.</summary>
    public IReadOnlyList<string> ImageIds { get; }

    /// <summary>Images without labels, which are left out.</summary>
    public IReadOnlyList<DatasetImage> Unlabeled => content.Unlabeled;

    /// <summary>Errors and warnings about files and names, images without labels among them.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>The set's own lists of image ids, by name (<c>train</c>, <c>val</c>, <c>test</c>); empty where it has none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Splits => content.Splits;

    /// <summary>The classes, in the order of the format. Where only labels name them, the first use reads all labels.</summary>
    /// <exception cref="UserErrorException">A file of labels cannot be read.</exception>
    public IReadOnlyList<DatasetClass> Classes => classes.Value;

    /// <summary>All image and label files, which must never be overwritten.</summary>
    public IEnumerable<string> Files => content.Images.Concat(content.Unlabeled).Select(image => image.Path).Concat(content.LabelFiles);

    /// <param name="path">The data set's file or folder.</param>
    /// <param name="format">Its format, or <c>auto</c>.</param>
    /// <exception cref="UserErrorException">There is no such data set, or a name or a file in it is wrong.</exception>
    public static Dataset Open(string path, string format = DatasetFormats.Auto) => WithoutErrors(OpenWithErrors(path, format));

    /// <summary>As <see cref="Open"/>, but errors in it are left in <see cref="Findings"/>: the check reports all.</summary>
    public static Dataset OpenWithErrors(string path, string format = DatasetFormats.Auto) =>
        Opened(path, format == DatasetFormats.Auto ? DatasetFormats.Of(path) : DatasetFormats.Named(format));

    /// <summary>
    /// Opens the labels alone, for measuring detections that are in files: images need not be there, except YOLO's. Only
    /// <see cref="Truth"/> and what concerns labels can be asked of it; where there are no images, an image's path is its label file's.
    /// </summary>
    /// <param name="path">The data set's file or folder, or a folder of label files.</param>
    /// <param name="format">Its format, or <c>auto</c>.</param>
    /// <exception cref="UserErrorException">There are no such labels, or a name or a file is wrong.</exception>
    public static Dataset OpenLabels(string path, string format = DatasetFormats.Auto)
    {
        var found = format == DatasetFormats.Auto ? DatasetFormats.OfLabels(path) : DatasetFormats.Named(format);
        return WithoutErrors(new Dataset(path, found, found.OpenLabels(path)));
    }

    /// <summary>Whether there is a labelled image of this id.</summary>
    public bool Contains(string id) => byId.ContainsKey(id);

    /// <summary>Why an image of the set has no labels: "has no label file…"; null when there is no such image.</summary>
    public string? WhyUnlabeled(string id) => unlabeledIds.Contains(id) ? content.UnlabeledBecause : null;

    /// <summary>The labelled image of an id.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public DatasetImage Image(string id) => byId.TryGetValue(id, out var image)
        ? image
        : throw new UserErrorException($"{Root}: image '{id}' is not in the data set.");

    /// <summary>Reads an image's labels: annotations that are at least partly inside it, and what is to be said about the others.</summary>
    /// <param name="image">One of <see cref="Images"/>.</param>
    /// <param name="widthPixels">Width of the decoded image.</param>
    /// <param name="heightPixels">Height of the decoded image.</param>
    public ImageLabels Read(DatasetImage image, int widthPixels, int heightPixels)
    {
        var labels = content.Labels.Read(image, widthPixels, heightPixels);
        var findings = new List<Finding>(labels.Findings);
        var inside = new List<Annotation>(labels.Annotations.Count);
        foreach (var annotation in labels.Annotations)
        {
            var isOutside = ImageBorder.IsOutside(annotation.Box, widthPixels, heightPixels);
            if (isOutside || ImageBorder.Exceeds(annotation.Box, widthPixels, heightPixels))
            {
                var at = content.Labels.Locate(image, annotation);
                findings.Add(BorderFinding.Of(at, annotation.Box, isOutside, widthPixels, heightPixels));
            }

            if (!isOutside)
            {
                inside.Add(annotation);
            }
        }

        if (image.DeclaredSize is { } declared && declared != (widthPixels, heightPixels))
        {
            findings.Add(BorderFinding.OtherSize(image.Path, declared, (widthPixels, heightPixels)));
        }

        return new ImageLabels(inside, findings);
    }

    /// <summary>Reads an image's labels as evaluators need them: exact, and with those that <see cref="Read"/> leaves out.</summary>
    /// <inheritdoc cref="ILabelReader.Truth" />
    public IReadOnlyList<TruthLabel> Truth(DatasetImage image, int widthPixels, int heightPixels) =>
        content.Labels.Truth(image, widthPixels, heightPixels);

    /// <summary>File and line, or JSON path, of an annotation.</summary>
    public string Locate(DatasetImage image, in Annotation annotation) => content.Labels.Locate(image, annotation);

    /// <summary>What a digest of an image's labels is made of.</summary>
    public byte[] LabelContent(DatasetImage image) => content.Labels.Content(image);

    /// <summary>What is left out or odd, for the user to know: counts and first names.</summary>
    /// <exception cref="UserErrorException">There is an error among the findings.</exception>
    public IEnumerable<string> Remarks()
    {
        var summary = new FindingSummary();
        foreach (var finding in Findings)
        {
            summary.Add(finding);
        }

        return summary.Remarks();
    }

    private static Dataset Opened(string path, IDatasetFormat format) => new(path, format, format.Open(path));

    private static Dataset WithoutErrors(Dataset dataset) => dataset.Findings.FirstOrDefault(finding => finding.IsError) is { } error
        ? throw new UserErrorException(error.ToString())
        : dataset;

    private Finding LeftOut(DatasetImage image) => new(image.Path, $"the image {content.UnlabeledBecause}; it is left out.")
    {
        Summary = $"images are left out: each {content.UnlabeledBecause}",
    };

    /// <summary>The images' ids, without a list of their own.</summary>
    private sealed class IdList(IReadOnlyList<DatasetImage> images) : IReadOnlyList<string>
    {
        public int Count => images.Count;

        public string this[int index] => images[index].Id;

        public IEnumerator<string> GetEnumerator() => images.Select(image => image.Id).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
