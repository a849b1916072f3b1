namespace Pipeline.Training.Detection.Checkpoints;

/// <summary>A detector that was read from its checkpoint.</summary>
/// <param name="Detector">On the CPU, in evaluation mode; dispose it.</param>
/// <param name="Labels">Its classes without the background.</param>
public sealed record LoadedDetector(Detector Detector, IReadOnlyList<string> Labels)
{
    /// <summary>
    /// Types that became another class in training, as <c>Person_sitting</c> to <c>Pedestrian</c>; an evaluation does the same.
    /// </summary>
    public IReadOnlyDictionary<string, string>? LabelMap { get; init; }

    /// <summary>Which images it has learned from, and which of them it was measured on.</summary>
    public WeightOrigin Origin { get; init; } = new();
}
