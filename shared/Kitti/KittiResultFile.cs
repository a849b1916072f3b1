using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Kitti;

/// <summary>Writes detections in KITTI's result format: a label's fields, unknown ones as the benchmark wants them, and the score.</summary>
public static class KittiResultFile
{
    /// <param name="path">One file a frame.</param>
    /// <param name="detections">By falling score; boxes in pixels of the frame.</param>
    /// <param name="labels">Names of the classes.</param>
    public static void Write(string path, IEnumerable<Detection> detections, IReadOnlyList<string> labels) => KittiLabelFile.Write(path, Objects(detections, labels));

    /// <summary>The lines of a file.</summary>
    /// <inheritdoc cref="Write" />
    public static string Format(IEnumerable<Detection> detections, IReadOnlyList<string> labels) => KittiLabelFile.Format(Objects(detections, labels));

    private static IEnumerable<KittiObject> Objects(IEnumerable<Detection> detections, IReadOnlyList<string> labels) =>
        detections.Select(found => new KittiObject(labels[found.Label], -1, -1, -10, found.Box) { Score = found.Score });
}
