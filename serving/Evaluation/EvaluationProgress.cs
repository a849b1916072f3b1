namespace Pipeline.Serving.Evaluation;

/// <summary>How far an evaluation is.</summary>
/// <param name="ImagesDone">Images whose detections are known.</param>
/// <param name="Images">Images in all.</param>
/// <param name="PixelsDone">Pixels of the images that are done: images of other sizes take other times.</param>
/// <param name="Pixels">Pixels in all.</param>
internal readonly record struct EvaluationProgress(int ImagesDone, int Images, long PixelsDone, long Pixels)
{
    /// <summary>Images that an earlier process had done.</summary>
    public int ImagesKept { get; init; }

    /// <summary>Their pixels.</summary>
    public long PixelsKept { get; init; }
}
