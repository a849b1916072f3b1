using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation.Analysis;

/// <summary>Small problems for the tests of the analyses.</summary>
internal static class AnalysisProblem
{
    private static readonly string[] Classes = ["Car", "Person", "Tram"];
    private static readonly string?[] Names = [.. Classes, "Tree", null];
    private static readonly AnnotationMarks[] Marks =
        [AnnotationMarks.None, AnnotationMarks.None, AnnotationMarks.Crowd, AnnotationMarks.Difficult];

    private static Gen<ExactBox> ExactBoxes { get; } =
        from x in Gen.Int[0, 6]
        from y in Gen.Int[0, 6]
        from width in Gen.Int[0, 6]
        from height in Gen.Int[1, 6]
        select ExactBox.FromSides(8 * x, 8 * y, 8 * width, 8 * height);

    private static Gen<TruthLabel> Truth { get; } =
        from box in ExactBoxes
        from name in Gen.Int[0, Names.Length - 1]
        from mark in Gen.Int[0, Marks.Length - 1]
        select new TruthLabel(Names[name], box) { Marks = Marks[mark] };

    private static Gen<Detection> Found { get; } =
        from box in ExactBoxes
        from label in Gen.Int[0, 2]
        from level in Gen.Int[0, 8]
        select new Detection(label, level / 8f, Single(box));

    private static Gen<(TruthLabel[] Truth, Detection[] Found)> ImageContent { get; } =
        from truth in Truth.Array[0, 6]
        from found in Found.Array[0, 8]
        select (truth, found);

    /// <summary>Images in which detections lie on, beside and away from objects; scores on few levels, so that there are ties.</summary>
    public static Gen<EvaluatedImage[]> Images { get; } =
        from count in Gen.Int[0, 6]
        from images in ImageContent.Array[count]
        select images.Select((image, index) => new EvaluatedImage($"{index}", image.Truth, image.Found)).ToArray();

    /// <summary>The problem of the classes Car, Person and Tram.</summary>
    public static EvaluationProblem Of(params IEnumerable<EvaluatedImage> images) => EvaluationProblem.Of(new LabelMap(Classes), images);

    /// <summary>A label whose box has corners at whole pixels.</summary>
    public static TruthLabel Object(string? name, double x, double y, double width, double height) =>
        new(name, ExactBox.FromSides(x, y, width, height));

    /// <summary>A detection of the class with the index given.</summary>
    public static Detection Detected(int label, float score, float x, float y, float width, float height) =>
        new(label, score, new Box(x, y, x + width, y + height));

    private static Box Single(in ExactBox box) => new((float)box.X1, (float)box.Y1, (float)box.X2, (float)box.Y2);
}
