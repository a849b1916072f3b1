using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Boxes of fixed sizes and ratios at every cell of every level (torchvision's <c>AnchorGenerator</c>).</summary>
/// <param name="sizes">Sides in pixels, one list a level.</param>
/// <param name="aspectRatios">Height over width.</param>
/// <param name="rounded">Whether corners are whole numbers (torchvision; detectron2's are exact).</param>
/// <param name="strides">Pixels between cells of each level; null: what the sizes of batch and map give.</param>
public sealed class AnchorGenerator(
    IReadOnlyList<IReadOnlyList<int>> sizes, IReadOnlyList<double> aspectRatios, bool rounded = true, IReadOnlyList<int>? strides = null)
{
    /// <summary>Anchors at each cell of a level.</summary>
    public int CountPerCell { get; } = sizes[0].Count * aspectRatios.Count;

    /// <summary>
    /// Anchors of a level centred on the origin: [A, 4] row-major, ratio by ratio; rounded corners are rounded half to even.
    /// </summary>
    public float[] CellAnchors(int level) => rounded ? RoundedCellAnchors(level) : ExactCellAnchors(level);

    private float[] ExactCellAnchors(int level) =>
    [
        .. from ratio in aspectRatios
           from size in sizes[level]
           let width = Math.Sqrt((double)size * size / ratio)
           let height = ratio * width
           from corner in (float[])[(float)(-width / 2), (float)(-height / 2), (float)(width / 2), (float)(height / 2)]
           select corner,
    ];

    private float[] RoundedCellAnchors(int level)
    {
        var cells = new List<float>();
        foreach (var ratio in aspectRatios)
        {
            var heightRatio = MathF.Sqrt((float)ratio);
            var widthRatio = 1 / heightRatio;
            foreach (var size in sizes[level])
            {
                var halfWidth = widthRatio * size / 2;
                var halfHeight = heightRatio * size / 2;
                cells.AddRange([MathF.Round(-halfWidth), MathF.Round(-halfHeight), MathF.Round(halfWidth), MathF.Round(halfHeight)]);
            }
        }

        return [.. cells];
    }

    /// <summary>Pixels between cells: the image's side divided by the map's, rounded down.</summary>
    public static (int Y, int X) Stride((int Height, int Width) image, (int Height, int Width) feature) =>
        (image.Height / feature.Height, image.Width / feature.Width);

    /// <param name="image">Height and width of the padded batch.</param>
    /// <param name="features">Height and width of each level.</param>
    /// <param name="device">Where the anchors are needed.</param>
    /// <returns>float32 [S, 4] a level; order y, x, anchor.</returns>
    public Tensor[] Anchors((int Height, int Width) image, IReadOnlyList<(int Height, int Width)> features, Device device)
    {
        var levels = new Tensor[features.Count];
        for (var level = 0; level < levels.Length; level++)
        {
            var stride = strides is null ? Stride(image, features[level]) : (Y: strides[level], X: strides[level]);
            var y = (arange(features[level].Height, dtype: float32, device: device) * stride.Y)
                .view(-1, 1)
                .expand(-1, features[level].Width);
            var x = (arange(features[level].Width, dtype: float32, device: device) * stride.X)
                .view(1, -1)
                .expand(features[level].Height, -1);
            var shifts = stack([x, y, x, y], -1).view(-1, 1, 4);                                       // [H·W, 1, 4]
            var cells = tensor(CellAnchors(level)).OnDevice(device).view(1, -1, 4);                   // [1, A, 4]
            levels[level] = (shifts + cells).view(-1, 4);
        }

        return levels;
    }
}
