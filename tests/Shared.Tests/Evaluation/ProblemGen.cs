using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation;

/// <summary>Random labels and detections: boxes that often overlap, scores that are often equal, every kind of class.</summary>
internal static class ProblemGen
{
    private static readonly string?[] Names = ["Car", "Car", "Pedestrian", "Person_sitting", "Van", null];

    private static readonly AnnotationMarks[] Marks =
        [AnnotationMarks.None, AnnotationMarks.None, AnnotationMarks.None, AnnotationMarks.Crowd, AnnotationMarks.Difficult];

    /// <summary>Car and Pedestrian are measured; Person_sitting becomes Pedestrian; Van is not measured.</summary>
    public static LabelMap Labels { get; } =
        new(["Car", "Pedestrian"], new Dictionary<string, string> { ["Person_sitting"] = "Pedestrian" });

    /// <summary>Corners on a grid of 8 pixels; heights from 8 to 64, so that some are too small for KITTI.</summary>
    public static Gen<Box> BoxGen { get; } = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[1, 8], Gen.Int[1, 8])
        .Select((x, y, width, height) => new Box(8 * x, 8 * y, 8 * (x + width), 8 * (y + height)));

    private static Gen<TruthLabel> TruthGen { get; } = Gen.Select(
            BoxGen,
            Gen.Int[0, 5].Select(index => Names[index]),
            Gen.Int[0, 4].Select(index => Marks[index]),
            Gen.Int[0, 3],
            Gen.Int[0, 4])
        .Select((box, name, marks, occlusion, truncation) => new TruthLabel(name, ExactBox.Of(box))
        {
            Marks = marks,
            Occlusion = occlusion,
            Truncation = 0.15 * truncation,
        });

    private static Gen<Detection> DetectionGen { get; } = Gen.Select(BoxGen, Gen.Int[0, 1], Gen.Int[1, 10])
        .Select((box, label, score) => new Detection(label, score / 10f, box));

    /// <summary>One to six images.</summary>
    public static Gen<EvaluatedImage[]> Images { get; } = Gen.Select(TruthGen.Array[0, 5], DetectionGen.Array[0, 8])
        .Array[1, 6]
        .Select(images => images.Select((image, index) => new EvaluatedImage($"{index}", image.Item1, image.Item2)).ToArray());
}
