using Pipeline.Shared.Geometry;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Detections in the host's memory, their labels counted as an exported model counts them: from 0, without background.</summary>
internal static class HostDetections
{
    private const int RowLength = 6;

    /// <summary>Those of one image.</summary>
    public static Pipeline.Shared.Geometry.Detection[] Of(ImageDetections image) => Of([image]);

    /// <summary>Those of several images, one after the other, in one copy.</summary>
    public static Pipeline.Shared.Geometry.Detection[] Of(IReadOnlyList<ImageDetections> images) =>
        [.. cat([.. images.Select(Rows)]).HostFloats().Chunk(RowLength).Select(Read)];

    /// <summary>float32 [D, 6]: box, score, label of each detection.</summary>
    private static Tensor Rows(ImageDetections image) =>
        cat([image.Boxes, image.Scores.unsqueeze(1), image.Labels.unsqueeze(1).to(float32)], 1);

    private static Pipeline.Shared.Geometry.Detection Read(float[] row) =>
        new((int)row[5] - 1, row[4], new Box(row[0], row[1], row[2], row[3]));
}
