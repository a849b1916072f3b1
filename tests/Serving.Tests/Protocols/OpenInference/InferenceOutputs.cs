using System.Runtime.InteropServices;
using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>The outputs of a request, in whichever form they came.</summary>
internal sealed record InferenceOutputs(float[] Boxes, float[] Scores, long[] Labels, long[] Counts)
{
    /// <summary>What the service must answer for these detections.</summary>
    public static InferenceOutputs Expected(int rows, params IReadOnlyList<Detection>[] found)
    {
        var expected = new InferenceOutputs(
            Boxes: new float[4 * rows * found.Length],
            Scores: new float[rows * found.Length],
            Labels: [.. Enumerable.Repeat(-1L, rows * found.Length)],
            Counts: [.. found.Select(image => (long)image.Count)]);
        for (var image = 0; image < found.Length; image++)
        {
            for (var index = 0; index < found[image].Count; index++)
            {
                var row = (image * rows) + index;
                var detection = found[image][index];
                float[] box = [detection.Box.X1, detection.Box.Y1, detection.Box.X2, detection.Box.Y2];
                box.CopyTo(expected.Boxes, 4 * row);
                expected.Scores[row] = detection.Score;
                expected.Labels[row] = detection.Label;
            }
        }

        return expected;
    }

    /// <summary>The outputs from their bytes.</summary>
    public static InferenceOutputs Of(
        ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> scores, ReadOnlySpan<byte> labels, ReadOnlySpan<byte> counts) => new(
            Boxes: MemoryMarshal.Cast<byte, float>(boxes).ToArray(),
            Scores: MemoryMarshal.Cast<byte, float>(scores).ToArray(),
            Labels: MemoryMarshal.Cast<byte, long>(labels).ToArray(),
            Counts: MemoryMarshal.Cast<byte, long>(counts).ToArray());

    /// <summary>Requires that these are the same numbers, and that something was found at all.</summary>
    public void RequireSame(InferenceOutputs other)
    {
        Assert.NotEqual(0, Counts[0]);
        Assert.Equal(Counts, other.Counts);
        Assert.Equal(Labels, other.Labels);
        Assert.Equal(Scores, other.Scores);
        Assert.Equal(Boxes, other.Boxes);
    }
}
