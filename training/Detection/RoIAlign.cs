using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Bilinear pooling of boxes from a pyramid (He et al. 2017) as one sparse-times-dense product: rows are pooled cells, columns map positions.</summary>
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
        var (count, channels, device) = (boxes.shape[0], features[0].shape[1], boxes.device);
        if (count == 0)
        {
            return zeros(0, channels, outputHeight, outputWidth, device: device);
        }

        using var scope = NewDisposeScope();
        var dense = cat([.. features.Select(feature => feature.permute(0, 2, 3, 1).reshape(-1, channels))]).to(float32);   // [ΣN·H·W, C]
        var (heights, widths, offsets) = (new long[features.Count], new long[features.Count], new long[features.Count]);
        for (long level = 0, offset = 0; level < features.Count; level++)
        {
            (heights[level], widths[level], offsets[level]) = (features[(int)level].shape[2], features[(int)level].shape[3], offset);
            offset += features[(int)level].shape[0] * heights[level] * widths[level];
        }

        Tensor matrix;
        using (no_grad())
        {
            var (cellIndices, weights) = (new List<Tensor>(), new List<Tensor>());
            var height = tensor(heights).OnDevice(device)[levels];
            var width = tensor(widths).OnDevice(device)[levels];
            var first = tensor(offsets).OnDevice(device)[levels] + images * height * width;                   // [K]
            var scale = tensor(scales.Select(value => (float)value).ToArray()).OnDevice(device)[levels].unsqueeze(1);
            var scaled = boxes * scale - (aligned ? 0.5f : 0f);
            foreach (var (group, rowSamples, columnSamples) in SameSampling(scaled))
            {
                Tensor Of(Tensor values) => group is null ? values : values.index_select(0, group);
                var boxesOfGroup = Of(scaled);
                var (rows, rowWeights) = Taps(boxesOfGroup[.., 1], boxesOfGroup[.., 3], Of(height), outputHeight, rowSamples);         // [G, P, T]
                var (columns, columnWeights) = Taps(boxesOfGroup[.., 0], boxesOfGroup[.., 2], Of(width), outputWidth, columnSamples);     // [G, Q, U]
                var position = (Of(first).view(-1, 1, 1) + rows * Of(width).view(-1, 1, 1)).unsqueeze(2).unsqueeze(-1)      // [G, P, 1, T, 1]
                    + columns.unsqueeze(1).unsqueeze(3);                                                                    // [G, 1, Q, 1, U]
                var weight = rowWeights.unsqueeze(2).unsqueeze(-1) * columnWeights.unsqueeze(1).unsqueeze(3);
                var cells = outputHeight * outputWidth;
                var box = group ?? arange(count, dtype: int64, device: device);
                var row = (box.view(-1, 1) * cells + arange(cells, dtype: int64, device: device)).view(-1, 1).expand(-1, position.numel() / (box.shape[0] * cells)).reshape(-1);
                cellIndices.Add(stack([row, position.reshape(-1)]));
                weights.Add(weight.reshape(-1));
            }

            long[] size = [count * outputHeight * outputWidth, dense.shape[0]];
            matrix = sparse_coo_tensor(cat([.. cellIndices], 1), cat([.. weights]), size, device: device);   // else TorchSharp makes it on the CPU
        }

        return matrix.mm(dense).view(count, outputHeight, outputWidth, channels).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Boxes whose cells have about as many sample points: with an adaptive number one large box would otherwise give all of them as many taps.
    /// One group of all (null) where the number is fixed.
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
            .Select(group => (Tensor: tensor(group.Select(box => box.Index).ToArray()), Rows: group.Max(box => box.Rows), Columns: group.Max(box => box.Columns)))
            .Select(group => ((Tensor?)group.Tensor.OnDevice(boxes.device), group.Rows, group.Columns))];
    }

    /// <summary>Positions and weights along one axis; the two neighbours of every sample point, averaged over the cell's points.</summary>
    private (Tensor Positions, Tensor Weights) Taps(Tensor from, Tensor to, Tensor length, int cells, long mostSamples)
    {
        var size = aligned ? to - from : (to - from).clamp(min: 1);
        var cell = (size / cells).view(-1, 1, 1);                                                            // [K, 1, 1]
        Tensor samples = samplingRatio > 0 ? full_like(cell, samplingRatio) : cell.ceil();
        var divisor = samples.clamp(min: 1);
        var index = arange(mostSamples, dtype: float32, device: from.device).view(1, 1, -1);
        var point = from.view(-1, 1, 1) + arange(cells, dtype: float32, device: from.device).view(1, -1, 1) * cell + (index + 0.5f) * cell / divisor;
        var limit = length.view(-1, 1, 1);
        var counts = point.ge(-1).logical_and(point.le(limit)).logical_and(index.lt(samples)).to(float32) / divisor;
        point = point.clamp(min: 0);
        var last = limit - 1;
        var low = minimum(point.floor().to(int64), last);
        var high = minimum(low + 1, last);
        var fraction = where(low.ge(last), zeros_like(point), point - low);
        return (cat([low, high], -1), cat([(1 - fraction) * counts, fraction * counts], -1));
    }
}
