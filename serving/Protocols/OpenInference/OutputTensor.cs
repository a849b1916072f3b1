using System.Runtime.InteropServices;
using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>An output of a request.</summary>
/// <param name="Metadata">Its name and type, and its shape with the number of images.</param>
/// <param name="Raw">Its elements: row-major, little-endian.</param>
internal sealed record OutputTensor(TensorMetadata Metadata, byte[] Raw)
{
    private const long NoLabel = -1;

    /// <summary>
    /// Stacks what was found in each image, as the model itself does: the rows after the last detection have zeros and the label -1.
    /// </summary>
    /// <param name="metadata">The output; the first dimension of its shape is still open.</param>
    /// <param name="found">What was found in each image.</param>
    public static OutputTensor Stack(TensorMetadata metadata, IReadOnlyList<IReadOnlyList<Detection>> found)
    {
        long[] shape = [found.Count, .. metadata.Shape.Skip(1)];
        var elements = shape.Aggregate(1L, (product, length) => product * length);
        var raw = new byte[elements * ElementBytes(metadata.Datatype)];
        var rows = (int)shape.ElementAtOrDefault(1);
        switch (metadata.Name)
        {
            case DetectorTensors.Boxes:
                FillBoxes(MemoryMarshal.Cast<byte, float>(raw.AsSpan()), found, rows);
                break;
            case DetectorTensors.Scores:
                FillScores(MemoryMarshal.Cast<byte, float>(raw.AsSpan()), found, rows);
                break;
            case DetectorTensors.Labels:
                FillLabels(MemoryMarshal.Cast<byte, long>(raw.AsSpan()), found, rows);
                break;
            default:
                FillCounts(MemoryMarshal.Cast<byte, long>(raw.AsSpan()), found);
                break;
        }

        return new OutputTensor(metadata with { Shape = shape }, raw);
    }

    private static int ElementBytes(string datatype) => datatype == DetectorTensors.Fp32 ? sizeof(float) : sizeof(long);

    private static void FillBoxes(Span<float> boxes, IReadOnlyList<IReadOnlyList<Detection>> found, int rows)
    {
        for (var image = 0; image < found.Count; image++)
        {
            var row = boxes[(4 * rows * image)..];
            foreach (var detection in found[image])
            {
                row[0] = detection.Box.X1;
                row[1] = detection.Box.Y1;
                row[2] = detection.Box.X2;
                row[3] = detection.Box.Y2;
                row = row[4..];
            }
        }
    }

    private static void FillScores(Span<float> scores, IReadOnlyList<IReadOnlyList<Detection>> found, int rows)
    {
        for (var image = 0; image < found.Count; image++)
        {
            for (var index = 0; index < found[image].Count; index++)
            {
                scores[(rows * image) + index] = found[image][index].Score;
            }
        }
    }

    private static void FillLabels(Span<long> labels, IReadOnlyList<IReadOnlyList<Detection>> found, int rows)
    {
        labels.Fill(NoLabel);
        for (var image = 0; image < found.Count; image++)
        {
            for (var index = 0; index < found[image].Count; index++)
            {
                labels[(rows * image) + index] = found[image][index].Label;
            }
        }
    }

    private static void FillCounts(Span<long> counts, IReadOnlyList<IReadOnlyList<Detection>> found)
    {
        for (var image = 0; image < found.Count; image++)
        {
            counts[image] = found[image].Count;
        }
    }
}
