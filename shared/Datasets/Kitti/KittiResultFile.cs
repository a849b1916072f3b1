using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>Detections in KITTI's result format: a label's fields, unknown ones as the benchmark wants them, and the score.</summary>
public static class KittiResultFile
{
    /// <summary>Whether a class can be written: white space separates the fields of a line, so a name must have none.</summary>
    public static bool CanHold(string label) => label.Length > 0 && !label.Any(char.IsWhiteSpace);

    /// <summary>The lines of a file, one file a frame.</summary>
    /// <param name="detections">By falling score; boxes in pixels of the frame.</param>
    /// <param name="labels">Names of the classes.</param>
    /// <exception cref="UserErrorException">A class cannot be written.</exception>
    public static string Format(IEnumerable<Detection> detections, IReadOnlyList<string> labels)
    {
        if (labels.FirstOrDefault(label => !CanHold(label)) is { } unfit)
        {
            throw new UserErrorException(
                $"KITTI's result lines cannot hold the class '{unfit}', white space separates their fields; use JSON.");
        }

        return KittiLabelFile.Format(detections.Select(found =>
            new KittiObject(labels[found.Label], -1, -1, -10, found.Box) { Score = found.Score }));
    }
}
