using System.Globalization;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>
/// Labels in text files, each read when it is asked for. In pixels of the decoded image, of W × H: x1 = (cx − w/2)·W,
/// y1 = (cy − h/2)·H, x2 = (cx + w/2)·W, y2 = (cy + h/2)·H.
/// </summary>
/// <param name="paths">The label file of each image id that has one; an image without label file has no objects.</param>
/// <param name="names">The names of the classes; null: each is called by its number.</param>
internal sealed class YoloLabels(IReadOnlyDictionary<string, string> paths, YoloNames? names) : ILabelReader
{
    /// <summary>All that are named; where none is, the numbers that the labels have.</summary>
    public IReadOnlyList<DatasetClass> Classes()
    {
        if (names is not null)
        {
            return names.Classes;
        }

        var numbers = new SortedSet<int>();
        foreach (var path in paths.Values)
        {
            numbers.UnionWith(YoloLabelFile.Read(path).Select(line => line.Object?.Class).OfType<int>());
        }

        return [.. numbers.Select(number => new DatasetClass(Text(number), number))];
    }

    public ImageLabels Read(DatasetImage image, int widthPixels, int heightPixels)
    {
        if (paths.GetValueOrDefault(image.Id) is not { } path)
        {
            return ImageLabels.None;
        }

        try
        {
            return Labels(YoloLabelFile.Read(path), path, widthPixels, heightPixels);
        }
        catch (UserErrorException exception)
        {
            return new ImageLabels([], [Finding.Of(path, exception)]);
        }
    }

    /// <summary>Lines that are left out of training, repeated ones and those without area, are left out here too.</summary>
    public IReadOnlyList<TruthLabel> Truth(DatasetImage image, int widthPixels, int heightPixels)
    {
        if (paths.GetValueOrDefault(image.Id) is not { } path)
        {
            return [];
        }

        var truth = new List<TruthLabel>();
        foreach (var line in YoloLabelFile.Read(path))
        {
            if (line.Findings.FirstOrDefault(finding => finding.IsError) is { } error)
            {
                throw new UserErrorException(error.ToString());
            }

            if (line.Object is { } found)
            {
                var name = (names is null ? Text(found.Class) : names.Of(found.Class))
                    ?? throw new UserErrorException($"{path}:{line.Number}: {names!.Defect(found.Class)}");
                truth.Add(new TruthLabel(name, ExactBoxOf(found, widthPixels, heightPixels)) { Place = line.Number });
            }
        }

        return truth;
    }

    public string Locate(DatasetImage image, in Annotation annotation) => $"{paths[image.Id]}:{annotation.Place}";

    public byte[] Content(DatasetImage image) =>
        paths.GetValueOrDefault(image.Id) is { } path ? YoloLabelFile.ReadBytes(path) : [];

    private ImageLabels Labels(IReadOnlyList<YoloLabelLine> lines, string path, int widthPixels, int heightPixels)
    {
        var annotations = new List<Annotation>();
        var findings = new List<Finding>();
        foreach (var line in lines)
        {
            findings.AddRange(line.Findings);
            if (line.Object is not { } found)
            {
                continue;
            }

            var at = $"{path}:{line.Number}";
            var name = names is null ? Text(found.Class) : names.Of(found.Class);
            var box = ExactBoxOf(found, widthPixels, heightPixels).ToBox();
            if (name is null)
            {
                findings.Add(new Finding(at, names!.Defect(found.Class)));
            }
            else if (box.Width > 0 && box.Height > 0)
            {
                annotations.Add(new Annotation(name, box) { Place = line.Number });
            }
            else
            {
                findings.Add(BoxFinding.NoArea(at));
            }
        }

        return new ImageLabels(annotations, findings);
    }

    private static ExactBox ExactBoxOf(in YoloObject found, int widthPixels, int heightPixels) => ExactBox.FromCorners(
        x1: found.X1 * widthPixels,
        y1: found.Y1 * heightPixels,
        x2: found.X2 * widthPixels,
        y2: found.Y2 * heightPixels);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
