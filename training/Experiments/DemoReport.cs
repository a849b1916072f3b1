using System.Text.Json.Serialization;
using Pipeline.Training.Probing;

namespace Pipeline.Training.Experiments;

/// <summary>What the demo found.</summary>
/// <param name="Runs">The fine-tunings, measured with ONNX Runtime.</param>
/// <param name="Features">How well the retrained backbone's features separate the objects' classes, compared with random weights.</param>
/// <param name="Seconds">Time of the whole job.</param>
/// <param name="Model">Directory of the better model.</param>
public sealed record DemoReport(IReadOnlyList<DemoResult> Runs, ProbeResult Features, double Seconds, string Model);

/// <param name="Name"><c>scratch</c> or <c>retrained</c>.</param>
/// <param name="Map">COCO's AP, 0..1; null where the test scenes have no object.</param>
/// <param name="Map50">AP at IoU 0.50, 0..1.</param>
/// <param name="PerClass">AP at IoU 0.50 by class; null where it has no object.</param>
public sealed record DemoResult(
    string Name,
    double? Map,
    [property: JsonPropertyName("map50")] double? Map50,
    IReadOnlyDictionary<string, double?> PerClass);
