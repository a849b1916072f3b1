using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Kitti;

/// <summary>What a data set holds, and what is wrong with it.</summary>
/// <param name="Frames">Images.</param>
/// <param name="Objects">Objects by type.</param>
/// <param name="Defects">One line each, with the file and, where there is one, its line.</param>
public sealed record KittiCheckReport(int Frames, IReadOnlyDictionary<string, int> Objects, IReadOnlyList<string> Defects);

/// <summary>Looks through a whole data set in KITTI's layout and says every defect, not only the first.</summary>
public static class KittiCheck
{
    /// <summary>Labelled frames of KITTI's object data set.</summary>
    public const int FullKittiFrames = 7481;

    private const float BorderPixels = 1;

    /// <summary>Objects of the whole of KITTI by type, as the paper's authors' log counts them (their car and person are Car and Pedestrian).</summary>
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
    /// <param name="lists">Files that name frames; no frame may stand in two of them.</param>
    /// <param name="decode">Whether every image is decoded.</param>
    /// <param name="progress">Receives the number of frames that are done.</param>
    /// <param name="cancellation">Ends the check.</param>
    public static KittiCheckReport Run(KittiDataset dataset, IEnumerable<string> lists, bool decode = true, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var (objects, defects) = (new SortedDictionary<string, int>(StringComparer.Ordinal), new List<string>());
        foreach (var (frame, index) in dataset.FrameIds.Select((frame, index) => (frame, index)))
        {
            cancellation.ThrowIfCancellationRequested();
            var size = decode ? Decode(dataset.ImagePath(frame), defects) : null;
            Labels(dataset.LabelPath(frame), size, objects, defects);
            progress?.Report(index + 1);
        }

        foreach (var path in dataset.LabelsWithoutImage())
        {
            defects.Add($"{path}: there is no image of this frame.");
        }

        Lists(dataset, lists, defects);
        if (dataset.FrameIds.Count == FullKittiFrames)
        {
            defects.AddRange(FullKittiObjects.Where(entry => objects.GetValueOrDefault(entry.Key) != entry.Value)
                .Select(entry => $"{entry.Key}: the whole of KITTI has {entry.Value}, this has {objects.GetValueOrDefault(entry.Key)}."));
        }

        return new KittiCheckReport(dataset.FrameIds.Count, objects, defects);
    }

    private static (int Width, int Height)? Decode(string path, List<string> defects)
    {
        try
        {
            using var image = ImageDecoder.DecodeFile(path);
            return (image.WidthPixels, image.HeightPixels);
        }
        catch (UserErrorException exception)
        {
            defects.Add(exception.Message);
            return null;
        }
    }

    private static void Labels(string path, (int Width, int Height)? image, SortedDictionary<string, int> objects, List<string> defects)
    {
        if (!File.Exists(path))
        {
            defects.Add($"{path}: there is no such label file; an image without objects needs an empty one.");
            return;
        }

        foreach (var (entry, at, problem) in KittiLabelFile.Lines(File.ReadAllText(path), path))
        {
            if (entry is null)
            {
                defects.Add(problem!);
                continue;
            }

            objects[entry.Type] = objects.GetValueOrDefault(entry.Type) + 1;
            if (entry.Score is not null)
            {
                defects.Add($"{at}: field 16 (score): a label has none.");
            }

            if (image is { } size && (entry.Box.X1 < -BorderPixels || entry.Box.Y1 < -BorderPixels || entry.Box.X2 > size.Width + BorderPixels || entry.Box.Y2 > size.Height + BorderPixels))
            {
                defects.Add(FormattableString.Invariant($"{at}: the box {entry.Box.X1} {entry.Box.Y1} {entry.Box.X2} {entry.Box.Y2} leaves the image of {size.Width} x {size.Height} pixels."));
            }
        }
    }

    private static void Lists(KittiDataset dataset, IEnumerable<string> lists, List<string> defects)
    {
        var (known, places) = (dataset.FrameIds.ToHashSet(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var list in lists)
        {
            foreach (var (frame, index) in KittiSplit.ReadList(list).Select((frame, index) => (frame, index)))
            {
                var at = $"{list}:{index + 1}";
                if (!known.Contains(frame))
                {
                    defects.Add($"{at}: frame '{frame}' has no image.");
                }

                if (!places.TryAdd(frame, at))
                {
                    defects.Add($"{at}: frame '{frame}' stands in {places[frame]} too.");
                }
            }
        }
    }
}
