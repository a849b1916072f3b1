using System.Globalization;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Kitti;

/// <summary>Content and defects of a data set.</summary>
/// <param name="Frames">Number of images.</param>
/// <param name="Objects">Number of objects by type.</param>
/// <param name="Defects">One line each, with the file and, where there is one, its line.</param>
public sealed record KittiCheckReport(int Frames, IReadOnlyDictionary<string, int> Objects, IReadOnlyList<string> Defects);

/// <summary>Checks a whole data set in KITTI's layout and reports every defect, not only the first.</summary>
public static class KittiCheck
{
    /// <summary>Number of labelled frames in KITTI's object data set.</summary>
    public const int FullKittiFrames = 7481;

    /// <summary>
    /// Objects in all of KITTI by type, from the log of the paper's authors (whose car and person are Car and Pedestrian).
    /// </summary>
    public static IReadOnlyDictionary<string, int> FullKittiObjects { get; } = new Dictionary<string, int>
    {
        ["Van"] = 2914,
        ["Car"] = 28742,
        ["Truck"] = 1094,
        ["Tram"] = 511,
        ["Pedestrian"] = 4487,
        ["Cyclist"] = 1627,
        ["Person_sitting"] = 222,
    };

    /// <param name="dataset">The frames.</param>
    /// <param name="lists">Lists of frames; no frame may be in two of them.</param>
    /// <param name="decode">Whether every image is decoded; else only its header is read.</param>
    /// <param name="progress">Receives the number of frames checked.</param>
    /// <param name="cancellation">Ends the check.</param>
    public static KittiCheckReport Run(
        KittiDataset dataset,
        IEnumerable<string> lists,
        bool decode = true,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var objects = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var defects = new List<string>();
        var done = 0;
        foreach (var frame in dataset.ImageIds)
        {
            cancellation.ThrowIfCancellationRequested();
            var size = Size(dataset.ImagePath(frame), decode, defects);
            Labels(dataset, frame, size, objects, defects);
            done++;
            progress?.Report(done);
        }

        defects.AddRange(dataset.Duplicates);
        defects.AddRange(dataset.LabelsWithoutImage.Select(path => $"{path}: there is no image of this frame."));
        defects.AddRange(dataset.OtherFiles.Select(path => $"{path}: this file is not read; images are {ImageFormats.Extensions}."));
        Lists(dataset, lists, defects);
        if (dataset.ImageIds.Count == FullKittiFrames)
        {
            defects.AddRange(FullKittiObjects.Where(entry => objects.GetValueOrDefault(entry.Key) != entry.Value)
                .Select(entry => $"{entry.Key}: all of KITTI has {entry.Value}, this has {objects.GetValueOrDefault(entry.Key)}."));
        }

        return new KittiCheckReport(dataset.ImageIds.Count, objects, defects);
    }

    private static (int Width, int Height)? Size(string path, bool decode, List<string> defects)
    {
        try
        {
            if (!decode)
            {
                return ImageDecoder.CheckSize(path, new ImageLimits());
            }

            using var image = ImageDecoder.DecodeFile(path);
            return (image.WidthPixels, image.HeightPixels);
        }
        catch (UserErrorException exception)
        {
            defects.Add(exception.Message);
            return null;
        }
    }

    private static void Labels(
        KittiDataset dataset,
        string frame,
        (int Width, int Height)? image,
        SortedDictionary<string, int> objects,
        List<string> defects)
    {
        if (!dataset.HasLabel(frame))
        {
            defects.Add($"{dataset.LabelPath(frame)}: there is no such label file; an image without objects needs an empty one.");
            return;
        }

        foreach (var line in Lines(dataset.LabelPath(frame), defects))
        {
            if (line.Defect is { } defect)
            {
                defects.Add(defect);
            }

            defects.AddRange(line.Remarks);
            if (line.Object is { } found)
            {
                objects[found.Type] = objects.GetValueOrDefault(found.Type) + 1;
                Object(found, line.At, image, defects);
            }
        }
    }

    private static IReadOnlyList<KittiLabelLine> Lines(string path, List<string> defects)
    {
        try
        {
            return KittiLabelFile.ReadLines(path);
        }
        catch (UserErrorException exception)
        {
            defects.Add(exception.Message);
            return [];
        }
    }

    private static void Object(KittiObject entry, string at, (int Width, int Height)? image, List<string> defects)
    {
        if (entry.Score is not null)
        {
            defects.Add($"{at}: field 16 (score): a label has none.");
        }

        if (image is { } size && ImageBorder.Exceeds(entry.Box, size.Width, size.Height))
        {
            var box = string.Create(CultureInfo.InvariantCulture, $"{entry.Box.X1} {entry.Box.Y1} {entry.Box.X2} {entry.Box.Y2}");
            var how = ImageBorder.IsOutside(entry.Box, size.Width, size.Height) ? "lies outside of" : "leaves";
            defects.Add($"{at}: the box {box} {how} the image of {size.Width} x {size.Height} pixels.");
        }
    }

    private static void Lists(KittiDataset dataset, IEnumerable<string> lists, List<string> defects)
    {
        var locations = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var list in lists)
        {
            foreach (var line in Lines(list, dataset, defects))
            {
                if (line.Defect is { } defect)
                {
                    defects.Add(defect);
                }
                else if (!locations.TryAdd(line.Frame, line.At))
                {
                    defects.Add($"{line.At}: frame '{line.Frame}' is already in {locations[line.Frame]}.");
                }
            }
        }
    }

    private static IReadOnlyList<FrameListLine> Lines(string list, KittiDataset dataset, List<string> defects)
    {
        try
        {
            return FrameList.Lines(list, dataset);
        }
        catch (UserErrorException exception)
        {
            defects.Add(exception.Message);
            return [];
        }
    }
}
