namespace Pipeline.Serving.Evaluation;

/// <summary>Counts the images of finished executions.</summary>
internal sealed class ProgressCounter
{
    private readonly Dictionary<int, PlannedBatch> batches;
    private readonly IProgress<EvaluationProgress>? progress;
    private EvaluationProgress state;

    /// <param name="own">All executions of this process.</param>
    /// <param name="kept">Those that an earlier process has finished; if there are some, they are reported at once.</param>
    /// <param name="progress">Told after every execution.</param>
    public ProgressCounter(IReadOnlyList<PlannedBatch> own, IReadOnlySet<int> kept, IProgress<EvaluationProgress>? progress)
    {
        this.progress = progress;
        batches = own.ToDictionary(batch => batch.Number);
        PlannedBatch[] before = [.. own.Where(batch => kept.Contains(batch.Number))];
        var images = before.Sum(batch => batch.Images.Count);
        var pixels = before.Sum(batch => batch.Pixels);
        state = new EvaluationProgress(
            ImagesDone: images,
            Images: own.Sum(batch => batch.Images.Count),
            PixelsDone: pixels,
            Pixels: own.Sum(batch => batch.Pixels))
        {
            ImagesKept = images,
            PixelsKept = pixels,
        };
        if (images > 0)
        {
            progress?.Report(state);
        }
    }

    /// <summary>Counts an execution.</summary>
    /// <param name="number">Its number in the plan.</param>
    public void Finished(int number)
    {
        state = state with
        {
            ImagesDone = state.ImagesDone + batches[number].Images.Count,
            PixelsDone = state.PixelsDone + batches[number].Pixels,
        };
        progress?.Report(state);
    }
}
