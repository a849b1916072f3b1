namespace Pipeline.Shared.Kitti;

/// <summary>A folder in KITTI's layout: <c>image_2</c> and <c>label_2</c>, directly or below <c>training</c>.</summary>
public sealed class KittiDataset
{
    private readonly Dictionary<string, string> images;
    private readonly string labels;

    private KittiDataset(Dictionary<string, string> images, string labels)
    {
        (this.images, this.labels) = (images, labels);
        FrameIds = [.. images.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>Names of the frames, sorted.</summary>
    public IReadOnlyList<string> FrameIds { get; }

    /// <param name="root">The data set's folder.</param>
    /// <exception cref="UserErrorException">The folder or its images are missing.</exception>
    public static KittiDataset Open(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new UserErrorException($"{root}: there is no such folder.");
        }

        var folder = Directory.Exists(Path.Combine(root, "training", "image_2")) ? Path.Combine(root, "training") : root;
        var imageFolder = Path.Combine(folder, "image_2");
        if (!Directory.Exists(imageFolder))
        {
            throw new UserErrorException($"{root}: neither image_2 nor training/image_2 is there; a data set in KITTI's layout holds image_2/*.png and label_2/*.txt.");
        }

        var images = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(imageFolder).Where(file => Path.GetExtension(file) is ".png" or ".jpg" or ".jpeg").Order(StringComparer.Ordinal))
        {
            if (!images.TryAdd(Path.GetFileNameWithoutExtension(file), file))
            {
                throw new UserErrorException($"{file}: the frame has a second image of the same name; keep one.");
            }
        }

        return images.Count > 0 ? new KittiDataset(images, Path.Combine(folder, "label_2")) : throw new UserErrorException($"{imageFolder}: there are no .png or .jpg images in it.");
    }

    /// <summary>The frame's image file.</summary>
    /// <exception cref="UserErrorException">There is no such frame.</exception>
    public string ImagePath(string frameId) => images.TryGetValue(frameId, out var path) ? path : throw new UserErrorException($"frame '{frameId}' has no image in {Path.GetDirectoryName(images.Values.First())}.");

    /// <summary>Label files whose frame has no image.</summary>
    public IEnumerable<string> LabelsWithoutImage() => !Directory.Exists(labels) ? [] : Directory.EnumerateFiles(labels, "*.txt")
        .Where(path => !images.ContainsKey(Path.GetFileNameWithoutExtension(path))).Order(StringComparer.Ordinal);

    /// <summary>The frame's label file.</summary>
    public string LabelPath(string frameId) => Path.Combine(labels, frameId + ".txt");

    /// <summary>The frame's objects.</summary>
    /// <exception cref="UserErrorException">The label file is missing or wrong.</exception>
    public IReadOnlyList<KittiObject> ReadLabels(string frameId) => KittiLabelFile.Read(LabelPath(frameId));
}
