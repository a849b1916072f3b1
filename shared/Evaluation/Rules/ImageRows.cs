namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>Where the rows of each image begin, of rows that are by image.</summary>
internal sealed class ImageRows
{
    private readonly int[] starts;

    private ImageRows(int[] starts) => this.starts = starts;

    /// <summary>Of the objects.</summary>
    public static ImageRows OfObjects(EvaluationProblem problem)
    {
        var starts = new int[problem.ImageIds.Length + 1];
        for (var row = 0; row < problem.Objects.Length; row++)
        {
            starts[problem.Objects.ItemRef(row).Image + 1] = row + 1;
        }

        return Filled(starts);
    }

    /// <summary>Of the detections.</summary>
    public static ImageRows OfDetections(EvaluationProblem problem)
    {
        var starts = new int[problem.ImageIds.Length + 1];
        for (var row = 0; row < problem.Detections.Length; row++)
        {
            starts[problem.Detections.ItemRef(row).Image + 1] = row + 1;
        }

        return Filled(starts);
    }

    /// <summary>The first row of an image.</summary>
    public int Start(int image) => starts[image];

    /// <summary>The row after the last of an image.</summary>
    public int End(int image) => starts[image + 1];

    /// <summary>An image without rows begins where the one before it ends.</summary>
    private static ImageRows Filled(int[] starts)
    {
        for (var image = 1; image < starts.Length; image++)
        {
            starts[image] = Math.Max(starts[image], starts[image - 1]);
        }

        return new ImageRows(starts);
    }
}
