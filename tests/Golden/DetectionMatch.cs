namespace Pipeline.Golden;

/// <summary>Detections of one image.</summary>
/// <param name="Boxes">[N, 4] flat: x1, y1, x2, y2 in pixels.</param>
/// <param name="Scores">[N]</param>
/// <param name="Labels">[N]</param>
internal sealed record DetectionRows(double[] Boxes, double[] Scores, long[] Labels)
{
    public int Count => Labels.Length;
}

/// <summary>How far a number may be from its reference: <c>Absolute + Relative · |reference|</c>.</summary>
internal readonly record struct Tolerance(double Absolute, double Relative = 0)
{
    public double Around(double reference) => Absolute + Relative * Math.Abs(reference);
}

/// <summary>Compares detections one to one by label and nearest box, since equal scores may swap places.</summary>
internal static class DetectionMatch
{
    /// <summary>Fails unless both are the same detections within the tolerances and ours are in descending order of score.</summary>
    public static void Equal(string name, DetectionRows actual, DetectionRows expected, Tolerance boxes, Tolerance scores)
    {
        Assert.True(actual.Count == expected.Count, $"{name}: {actual.Count} detections, expected {expected.Count}");
        var unmatched = Enumerable.Range(0, actual.Count).ToList();
        for (var i = 0; i < expected.Count; i++)
        {
            double Distance(int row) =>
                Enumerable.Range(0, 4).Max(side => Math.Abs(actual.Boxes[4 * row + side] - expected.Boxes[4 * i + side]));

            int[] candidates = [.. unmatched.Where(row => actual.Labels[row] == expected.Labels[i])];
            Assert.True(candidates.Length > 0, $"{name}[{i}]: no detection of label {expected.Labels[i]} is left");
            var match = candidates.MinBy(Distance);
            unmatched.Remove(match);
            for (var side = 0; side < 4; side++)
            {
                var reference = expected.Boxes[4 * i + side];
                GoldenComparison.Close($"{name}.boxes[{i},{side}]", actual.Boxes[4 * match + side], reference, boxes.Around(reference));
            }

            GoldenComparison.Close($"{name}.scores[{i}]", actual.Scores[match], expected.Scores[i], scores.Around(expected.Scores[i]));
        }

        Assert.True(
            actual.Scores.Zip(actual.Scores.Skip(1)).All(pair => pair.First >= pair.Second), $"{name}: scores are not in descending order");
    }
}
