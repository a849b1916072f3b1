using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>Writes KITTI's layout; what is only ignored becomes DontCare.</summary>
internal sealed class KittiWriter : IDatasetWriter
{
    private const string ImageFolder = "training/image_2", LabelFolder = "training/label_2";

    private readonly string folder;
    private readonly LossCount losses = new();
    private readonly FlatNames names = new();

    /// <param name="folder">Receives the files.</param>
    /// <param name="classes">All classes.</param>
    /// <exception cref="UserErrorException">A class name has white space, or is DontCare.</exception>
    public KittiWriter(string folder, IReadOnlyList<DatasetClass> classes)
    {
        this.folder = folder;
        if (classes.FirstOrDefault(entry => !CanHold(entry.Name)) is { } unfit)
        {
            throw new UserErrorException(
                $"KITTI's label lines cannot hold the class '{unfit.Name}', because white space separates their fields and "
                + $"{KittiClasses.DontCare} means something else; rename it with --label-map '{unfit.Name}=…'.");
        }
    }

    public IReadOnlyDictionary<string, int> Losses => losses.Counts;

    public string Add(DatasetImage image, int widthPixels, int heightPixels, IReadOnlyList<Annotation> annotations)
    {
        var name = names.Of(image);
        AtomicFile.WriteText(Path.Combine(folder, LabelFolder, name + ".txt"), KittiLabelFile.Format(annotations.Select(ObjectOf)));
        return $"{ImageFolder}/{name}{Path.GetExtension(image.Path)}";
    }

    /// <summary>The layout has no place for lists.</summary>
    public void Finish(IReadOnlyDictionary<string, IReadOnlyList<string>> splits)
    {
        Directory.CreateDirectory(Path.Combine(folder, ImageFolder));
        foreach (var (name, images) in splits)
        {
            losses.Add($"images are in the list '{name}', for which KITTI's layout has no place", images.Count);
        }
    }

    private static bool CanHold(string name) => KittiResultFile.CanHold(name) && name != KittiClasses.DontCare;

    private KittiObject ObjectOf(Annotation annotation)
    {
        const float Unknown = -1, UnknownAngle = -10;
        if (annotation.IsIgnored)
        {
            if (annotation.Class is not null)
            {
                losses.Add("crowd regions and difficult objects are written as DontCare, which is of any class");
            }

            return new KittiObject(KittiClasses.DontCare, Unknown, -1, UnknownAngle, annotation.Box);
        }

        var isTruncated = annotation.Marks.HasFlag(AnnotationMarks.Truncated);
        var isOccluded = annotation.Marks.HasFlag(AnnotationMarks.Occluded);
        return new KittiObject(annotation.Class!, isTruncated ? 1 : 0, isOccluded ? 1 : 0, UnknownAngle, annotation.Box);
    }
}
