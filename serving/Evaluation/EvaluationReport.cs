using Pipeline.Shared.Evaluation;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Evaluation;

/// <summary>Result of an evaluation; averages are 0..1, or null where no frame has an object.</summary>
/// <param name="Map">Mean AP over IoU 0.50 to 0.95 and over the classes that have objects.</param>
/// <param name="Map50">The same at IoU 0.50.</param>
/// <param name="Map75">The same at IoU 0.75.</param>
/// <param name="PerClass">AP of each class; null where it has no object.</param>
/// <param name="Images">Number of images evaluated.</param>
/// <param name="Seconds">Time to decode all images and to run the model over them.</param>
/// <param name="ImagesPerSecond"><paramref name="Images"/> over <paramref name="Seconds"/>.</param>
internal sealed record EvaluationReport(
    double? Map,
    double? Map50,
    double? Map75,
    IReadOnlyDictionary<string, ClassAveragePrecision?> PerClass,
    int Images,
    double Seconds,
    double ImagesPerSecond)
{
    /// <summary>What the model's weights are stored as.</summary>
    public string? Precision { get; init; }

    /// <summary>
    /// Images that the model was measured on in training although its initial weights had learned from them; null when there are none.
    /// </summary>
    public ImageLeak? Leak { get; init; }
}
