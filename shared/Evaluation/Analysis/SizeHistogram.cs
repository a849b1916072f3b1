namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>Objects by the square root of COCO's area: its borders 32 and 96, and finer ones. A bin holds its lower border.</summary>
internal static class SizeHistogram
{
    private static readonly double[] BordersPixels = [0, 16, 32, 64, 96, 128, 256];

    /// <param name="problem">Objects and detections.</param>
    /// <param name="isFound">Whether an object, by its index, was found.</param>
    public static IReadOnlyList<SizeBin> Of(AnalyzedProblem problem, Func<int, bool> isFound)
    {
        var objects = new int[BordersPixels.Length];
        var found = new int[BordersPixels.Length];
        for (var counted = 0; counted < problem.Objects.Count; counted++)
        {
            var bin = BinOf(Math.Sqrt(problem.Objects[counted].AreaPixels));
            objects[bin]++;
            found[bin] += isFound(counted) ? 1 : 0;
        }

        return
        [
            .. BordersPixels.Select((from, bin) => new SizeBin(
                FromPixels: from,
                ToPixels: bin + 1 < BordersPixels.Length ? BordersPixels[bin + 1] : null,
                Objects: objects[bin],
                Found: found[bin])),
        ];
    }

    /// <summary>The first bin also holds what has no size: the root of a negative area is NaN.</summary>
    private static int BinOf(double sidePixels)
    {
        var bin = 0;
        while (bin + 1 < BordersPixels.Length && sidePixels >= BordersPixels[bin + 1])
        {
            bin++;
        }

        return bin;
    }
}
