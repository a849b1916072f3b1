using Pipeline.Golden;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>What a model gives for a batch.</summary>
/// <param name="Boxes">[N, D, 4] flat.</param>
/// <param name="Scores">[N, D] flat.</param>
/// <param name="Labels">[N, D] flat, from 0.</param>
/// <param name="Counts">[N]</param>
internal sealed record ModelAnswer(float[] Boxes, float[] Scores, long[] Labels, long[] Counts)
{
    /// <summary>D, the most detections of an image.</summary>
    public int MostDetections => Labels.Length / Counts.Length;

    /// <summary>The detections of one image; labels from 1, as the detector counts them behind the background.</summary>
    public DetectionRows Of(int image)
    {
        var first = image * MostDetections;
        var count = (int)Counts[image];
        return new DetectionRows(
            Boxes: [.. Boxes.Skip(4 * first).Take(4 * count).Select(value => (double)value)],
            Scores: [.. Scores.Skip(first).Take(count).Select(value => (double)value)],
            Labels: [.. Labels.Skip(first).Take(count).Select(label => label + 1)]);
    }

    /// <summary>Fails unless every image's rows are what the contract promises.</summary>
    /// <param name="height">Of the images, in pixels.</param>
    /// <param name="width">Of the images, in pixels.</param>
    /// <param name="scoreThreshold">Every detection scores above it.</param>
    /// <param name="classes">Without the background.</param>
    public void FollowsContract(int height, int width, double scoreThreshold, int classes)
    {
        for (var image = 0; image < Counts.Length; image++)
        {
            Assert.InRange(Counts[image], 0, MostDetections);
            var found = Of(image);
            Assert.All(found.Scores, score => Assert.True(score > scoreThreshold && score <= 1, $"score {score}"));
            Assert.All(found.Scores.Zip(found.Scores.Skip(1)), pair => Assert.True(pair.First >= pair.Second, "scores rise"));
            Assert.All(found.Labels, label => Assert.InRange(label, 1, classes));
            Assert.All(found.Boxes.Chunk(4), box => IsInside(box, height, width));
            var first = image * MostDetections;
            var empty = (Index)(first + found.Count);
            var end = (Index)(first + MostDetections);
            Assert.All(Labels[empty..end], label => Assert.Equal(-1, label));
            Assert.All(Scores[empty..end], score => Assert.Equal(0, score));
            Assert.All(Boxes[(4 * empty.Value)..(4 * end.Value)], side => Assert.Equal(0, side));
        }
    }

    private static void IsInside(double[] box, int height, int width)
    {
        const double Rounding = 1e-2;
        Assert.True(box[0] >= 0 && box[0] <= box[2] && box[2] <= width + Rounding, $"box {string.Join(' ', box)} of {width} x {height}");
        Assert.True(box[1] >= 0 && box[1] <= box[3] && box[3] <= height + Rounding, $"box {string.Join(' ', box)} of {width} x {height}");
    }
}
