namespace Pipeline.Training.Detection.Training;

/// <summary>The best measurement of a run so far, and when the run has waited long enough for a better one.</summary>
/// <param name="Value">mAP, 0..1; null before the first measurement.</param>
/// <param name="Epoch">When it was measured, from 1; 0 before the first.</param>
internal sealed record BestEpoch(double? Value, int Epoch)
{
    /// <summary>Before anything was measured.</summary>
    public static BestEpoch None { get; } = new(null, 0);

    /// <summary>Whether a measurement is better than all before; one that is equal is not, and neither is one that is no number.</summary>
    public bool IsBeatenBy(double? measured) => measured is { } value && double.IsFinite(value) && !(value <= Value);

    /// <summary>The best after an epoch.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="measured">Null where nothing was measured.</param>
    public BestEpoch After(int epoch, double? measured) => IsBeatenBy(measured) ? new BestEpoch(measured, epoch) : this;

    /// <summary>Whether a run stops after an epoch. One that has not measured anything yet continues.</summary>
    /// <param name="epoch">From 1; it was measured.</param>
    /// <param name="patience">Epochs without a better one after which it stops; null: never.</param>
    public bool StopsAt(int epoch, int? patience) => patience is { } epochs && Value is not null && epoch - Epoch >= epochs;
}
