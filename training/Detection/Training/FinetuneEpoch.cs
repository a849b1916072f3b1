namespace Pipeline.Training.Detection.Training;

/// <summary>One epoch's numbers; the averages are null where nothing was measured.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">Mean of the sum of the losses.</param>
/// <param name="Map">0..1</param>
/// <param name="Map50">0..1</param>
/// <param name="Seconds">Time of the epoch's steps.</param>
public sealed record FinetuneEpoch(int Epoch, double Loss, double? Map, double? Map50, double Seconds)
{
    /// <summary>AP (IoU 0.50 to 0.95) of each class; null where nothing was measured, and for a class without objects.</summary>
    public IReadOnlyDictionary<string, double?>? PerClass { get; init; }
}

/// <param name="CheckpointPath">The last checkpoint.</param>
/// <param name="Epochs">Numbers of every epoch.</param>
public sealed record FinetuneResult(string CheckpointPath, IReadOnlyList<FinetuneEpoch> Epochs);
