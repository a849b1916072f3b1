using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>
/// Bilinear pooling of boxes from a pyramid (He et al. 2017) as one sparse-times-dense product: rows are pooled cells, columns map
/// positions.
/// </summary>
/// <param name="outputHeight">Rows of the result.</param>
/// <param name="outputWidth">Columns of the result.</param>
/// <param name="samplingRatio">Sample points along a side of a cell; 0: as many as the cell has map positions, rounded up.</param>
/// <param name="aligned">Shift by half a position and allow boxes below one position (detectron2's <c>aligned</c>).</param>
public sealed class RoIAlign(int outputHeight, int outputWidth, int samplingRatio, bool aligned = false)
{
    /// <param name="features">Maps [N, C, H_l, W_l]; float32 or narrower.</param>
    /// <param name="scales">Map positions a pixel, one a map.</param>
    /// <param name="boxes">[K, 4], pixels.</param>
    /// <param name="images">int64 [K]: image of the batch.</param>
    /// <param name="levels">int64 [K]: map to read.</param>
    /// <returns>float32 [K, C, outputHeight, outputWidth], differentiable in the features.</returns>
    public Tensor Pool(IReadOnlyList<Tensor> features, IReadOnlyList<double> scales, Tensor boxes, Tensor images, Tensor levels)
    {
        var count = boxes.shape[0];
        var channels = features[0].shape[1];
        var device = boxes.device;
        if (count == 0)
        {
            return zeros(0, channels, outputHeight, outputWidth, device: device);
        }

        using var scope = NewDisposeScope();
        var dense = cat([.. features.Select(feature => feature.permute(0, 2, 3, 1).reshape(-1, channels))]).to(float32);   // [ΣN·H·W, C]
        var heights = new long[features.Count];
        var widths = new long[features.Count];
        var offsets = new long[features.Count];
        for (long level = 0, offset = 0; level < features.Count; level++)
        {
            heights[level] = features[(int)level].shape[2];
            widths[level] = features[(int)level].shape[3];
            offsets[level] = offset;
            offset += features[(int)level].shape[0] * heights[level] * widths[level];
        }

        Tensor matrix;   // [K·P·Q, ΣN·H·W]
        using (no_grad())
        {
            var height = tensor(heights).OnDevice(device)[levels];
            var width = tensor(widths).OnDevice(device)[levels];
            var first = tensor(offsets).OnDevice(device)[levels] + images * height * width;
            var scale = tensor(scales.Select(value => (float)value).ToArray()).OnDevice(device)[levels].unsqueeze(1);
            var scaled = boxes * scale - (aligned ? 0.5f : 0f);
            var regions = new Regions(Boxes: scaled, First: first, Height: height, Width: width);
            matrix = SamplingMatrix(regions, dense.shape[0]);
        }

        return matrix.mm(dense).view(count, outputHeight, outputWidth, channels).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The weight of each map position in each pooled cell.</summary>
    /// <returns>Sparse float32 [K · outputHeight · outputWidth, positions].</returns>
    private Tensor SamplingMatrix(Regions regions, long positions)
    {
        var device = regions.Boxes.device;
        var count = regions.Boxes.shape[0];
        var cells = outputHeight * outputWidth;
        var cellIndices = arange(cells, dtype: int64, device: device);
        var indices = new List<Tensor>();
        var weights = new List<Tensor>();
        foreach (var (group, rowSamples, columnSamples) in SameSampling(regions.Boxes))
        {
            var part = group is null ? regions : regions.Select(group);
            // [G, P, T]
            var (rows, rowWeights) = Taps(part.Boxes[.., 1], part.Boxes[.., 3], part.Height, outputHeight, rowSamples);
            // [G, Q, U]
            var (columns, columnWeights) = Taps(part.Boxes[.., 0], part.Boxes[.., 2], part.Width, outputWidth, columnSamples);
            var rowStarts = part.First.view(-1, 1, 1) + rows * part.Width.view(-1, 1, 1);
            // [G, P, Q, T, U]
            var position = rowStarts.unsqueeze(2).unsqueeze(-1) + columns.unsqueeze(1).unsqueeze(3);
            var weight = rowWeights.unsqueeze(2).unsqueeze(-1) * columnWeights.unsqueeze(1).unsqueeze(3);

            var box = group ?? arange(count, dtype: int64, device: device);
            var tapsPerCell = position.numel() / (box.shape[0] * cells);
            var cell = box.view(-1, 1) * cells + cellIndices;   // [G, P·Q]
            indices.Add(stack([cell.view(-1, 1).expand(-1, tapsPerCell).reshape(-1), position.reshape(-1)]));
            weights.Add(weight.reshape(-1));
        }

        // Without its device given, a sparse tensor would be the CPU's.
        return sparse_coo_tensor(cat([.. indices], 1), cat([.. weights]), [count * cells, positions], device: device);
    }

    /// <summary>
    /// Boxes whose cells have about as many sample points: with an adaptive number one large box would otherwise give all of them as
    /// many taps. One group of all (null) where the number is fixed.
    /// </summary>
    /// <returns>Indices of boxes, and the most sample points in a row and in a column of their cells.</returns>
    private IEnumerable<(Tensor? Boxes, long RowSamples, long ColumnSamples)> SameSampling(Tensor boxes)
    {
        if (samplingRatio > 0)
        {
            return [((Tensor?)null, samplingRatio, samplingRatio)];
        }

        var sides = (boxes[.., 2..] - boxes[.., ..2]).HostFloats();   // the groups and their points are shapes
        long Samples(int index, int axis, int cells) => Math.Max(1, (long)Math.Ceiling(sides[2 * index + axis] / cells));
        static int Octave(long samples) => (int)Math.Ceiling(Math.Log2(samples));
        return [.. Enumerable.Range(0, sides.Length / 2)
            .Select(index => (Index: (long)index, Rows: Samples(index, 1, outputHeight), Columns: Samples(index, 0, outputWidth)))
            .GroupBy(box => (Octave(box.Rows), Octave(box.Columns)))
            .Select(group => (
                (Tensor?)tensor(group.Select(box => box.Index).ToArray()).OnDevice(boxes.device),
                group.Max(box => box.Rows),
                group.Max(box => box.Columns)))];
    }

    /// <summary>Positions and weights along one axis; the two neighbours of every sample point, averaged over the cell's points.</summary>
    private (Tensor Positions, Tensor Weights) Taps(Tensor from, Tensor to, Tensor length, int cells, long mostSamples)
    {
        var size = aligned ? to - from : (to - from).clamp(min: 1);
        var cell = (size / cells).view(-1, 1, 1);   // [K, 1, 1]
        Tensor samples = samplingRatio > 0 ? full_like(cell, samplingRatio) : cell.ceil();
        var divisor = samples.clamp(min: 1);
        var index = arange(mostSamples, dtype: float32, device: from.device).view(1, 1, -1);
        var cellIndex = arange(cells, dtype: float32, device: from.device).view(1, -1, 1);
        var point = from.view(-1, 1, 1) + cellIndex * cell + (index + 0.5f) * cell / divisor;   // [K, cells, samples]
        var limit = length.view(-1, 1, 1);
        var counts = point.ge(-1).logical_and(point.le(limit)).logical_and(index.lt(samples)).to(float32) / divisor;
        point = point.clamp(min: 0);
        var last = limit - 1;
        var low = minimum(point.floor().to(int64), last);
        var high = minimum(low + 1, last);
        var fraction = where(low.ge(last), zeros_like(point), point - low);
        return (cat([low, high], -1), cat([(1 - fraction) * counts, fraction * counts], -1));
    }

    /// <summary>What is pooled, one entry a box.</summary>
    /// <param name="Boxes">float32 [K, 4], in positions of the box's map.</param>
    /// <param name="First">int64 [K]: row of the box's map in the dense features.</param>
    /// <param name="Height">int64 [K]: rows of the box's map.</param>
    /// <param name="Width">int64 [K]: columns of the box's map.</param>
    private sealed record Regions(Tensor Boxes, Tensor First, Tensor Height, Tensor Width)
    {
        public Regions Select(Tensor group) => new(
            Boxes: Boxes.index_select(0, group),
            First: First.index_select(0, group),
            Height: Height.index_select(0, group),
            Width: Width.index_select(0, group));
    }
}
