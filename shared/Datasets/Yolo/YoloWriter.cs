using System.Globalization;
using System.Text;
using Pipeline.Shared.Files;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>
/// Writes <c>images</c>, <c>labels</c> and <c>data.yaml</c>. Classes are numbered in their order. Boxes end at the image's border, because
/// YOLO's tools refuse others. Nine decimals hold a thousandth of a pixel in the largest image.
/// </summary>
internal sealed class YoloWriter : IDatasetWriter
{
    private readonly string folder;
    private readonly IReadOnlyList<DatasetClass> classes;
    private readonly Dictionary<string, int> numbers;
    private readonly LossCount losses = new();
    private readonly Dictionary<string, string> taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> imagePaths = new(StringComparer.Ordinal);

    /// <param name="folder">Receives the files.</param>
    /// <param name="classes">All classes.</param>
    /// <exception cref="UserErrorException">A class has no visible name.</exception>
    public YoloWriter(string folder, IReadOnlyList<DatasetClass> classes)
    {
        this.folder = folder;
        this.classes = classes;
        numbers = classes.Select((entry, number) => (entry.Name, number)).ToDictionary(StringComparer.Ordinal);
        if (classes.FirstOrDefault(entry => !YoloDataFileWriter.CanHold(entry.Name)) is { } unfit)
        {
            throw new UserErrorException(
                $"YOLO's data.yaml cannot hold the class {Excerpt.Of(unfit.Name)}: a name needs a visible character and must be "
                + "valid text; rename it with --label-map.");
        }
    }

    public IReadOnlyDictionary<string, int> Losses => losses.Counts;

    public string Add(DatasetImage image, int widthPixels, int heightPixels, IReadOnlyList<Annotation> annotations)
    {
        var path = $"{YoloLabelPaths.Images}/{Checked(image)}{Path.GetExtension(image.Path)}";
        imagePaths.Add(image.Id, path);
        var text = new StringBuilder();
        foreach (var annotation in annotations)
        {
            if (annotation.IsIgnored)
            {
                losses.Add("regions to ignore (crowd, difficult, of any class) are left out");
                continue;
            }

            if ((annotation.Marks & (AnnotationMarks.Truncated | AnnotationMarks.Occluded)) != 0)
            {
                losses.Add("objects lose their marks for truncation and occlusion");
            }

            Append(text, annotation, widthPixels, heightPixels);
        }

        AtomicFile.WriteText(Path.Combine(folder, LabelPath(path)), text.ToString());
        return path;
    }

    public void Finish(IReadOnlyDictionary<string, IReadOnlyList<string>> splits)
    {
        Directory.CreateDirectory(Path.Combine(folder, YoloLabelPaths.Images));
        Directory.CreateDirectory(Path.Combine(folder, YoloLabelPaths.Labels));
        var unlisted = imagePaths.Keys.Except(splits.Values.SelectMany(images => images), StringComparer.Ordinal).Count();
        if (splits.Count > 0 && unlisted > 0)
        {
            losses.Add("images are in none of the lists, so that data.yaml does not name them", unlisted);
        }

        foreach (var (name, images) in splits)
        {
            ImageList.Write(Path.Combine(folder, name + ".txt"), images.Select(id => "./" + imagePaths[id]));
        }

        AtomicFile.WriteText(Path.Combine(folder, "data.yaml"), YoloDataFileWriter.Text(classes, splits.Keys));
    }

    private static string LabelPath(string imagePath)
    {
        var native = imagePath.Replace('/', Path.DirectorySeparatorChar);
        var labelFolder = YoloLabelPaths.Mirrored(Path.GetDirectoryName(native)!)!;
        return Path.Combine(labelFolder, ImageNames.WithoutExtension(Path.GetFileName(native)) + YoloLabelPaths.Extension);
    }

    /// <summary>The image's id, which is its path below the folder of images.</summary>
    private string Checked(DatasetImage image)
    {
        if (image.Id.Split('/').Any(part => part is "" or "." or "..") || image.Id.Any(char.IsControl))
        {
            throw new UserErrorException($"{image.Path}: the id {Excerpt.Of(image.Id)} cannot be a path below a folder; rename the image.");
        }

        return taken.TryAdd(image.Id, image.Id)
            ? image.Id
            : throw new UserErrorException(
                $"{image.Path}: its name, {image.Id}, differs from '{taken[image.Id]}' only by case; rename one of the two images.");
    }

    private void Append(StringBuilder text, in Annotation annotation, int widthPixels, int heightPixels)
    {
        var box = annotation.Box;
        var inside = new Box(
            X1: Math.Clamp(box.X1, 0, widthPixels),
            Y1: Math.Clamp(box.Y1, 0, heightPixels),
            X2: Math.Clamp(box.X2, 0, widthPixels),
            Y2: Math.Clamp(box.Y2, 0, heightPixels));
        if (inside != box)
        {
            losses.Add("boxes over the border of their image end at it");
        }

        double[] fractions =
        [
            ((double)inside.X1 + inside.X2) / 2 / widthPixels,
            ((double)inside.Y1 + inside.Y2) / 2 / heightPixels,
            ((double)inside.X2 - inside.X1) / widthPixels,
            ((double)inside.Y2 - inside.Y1) / heightPixels,
        ];
        string[] fields = [.. fractions.Select(fraction => fraction.ToString("0.#########", CultureInfo.InvariantCulture))];
        if (fields[2] == "0" || fields[3] == "0")
        {
            losses.Add("boxes without area inside their image are left out");
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"{numbers[annotation.Class!]} {string.Join(' ', fields)}\n");
    }
}
