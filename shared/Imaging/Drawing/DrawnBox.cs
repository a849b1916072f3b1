using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>A box to draw in a picture.</summary>
/// <remarks>
/// A box is drawn as far as it lies in the picture; one that is inverted or has NaN is not drawn. One without area is a line or a dot.
/// </remarks>
public sealed record DrawnBox
{
    private DrawnBox(Box box, DrawnBoxKind kind)
    {
        Box = box;
        Kind = kind;
    }

    /// <summary>Corners in continuous pixels of the picture.</summary>
    public Box Box { get; init; }

    /// <summary>The class, which chooses the color; 0 where there is none.</summary>
    public int ClassIndex { get; private init; }

    /// <summary>The class's name; empty where there is none.</summary>
    public string ClassName { get; private init; } = "";

    /// <summary>Confidence, 0..1; null where there is none.</summary>
    public float? Score { get; private init; }

    internal DrawnBoxKind Kind { get; }

    /// <summary>Of outline and caption where it says what became of an object; null: by kind and class.</summary>
    internal ClassColor? OutcomeColor { get; private init; }

    /// <summary>An object, detected or labeled: in the color of its class, with the class's name and the score.</summary>
    public static DrawnBox Object(Box box, int classIndex, string className, float? score = null) =>
        new(box, DrawnBoxKind.Object) { ClassIndex = classIndex, ClassName = className, Score = score };

    /// <summary>A true object to compare detections with: dashed and white, without caption.</summary>
    public static DrawnBox Truth(Box box) => new(box, DrawnBoxKind.Truth);

    /// <summary>A region that is neither right nor wrong (a crowd, KITTI's DontCare): dashed and gray, without caption.</summary>
    public static DrawnBox Ignored(Box box) => new(box, DrawnBoxKind.Ignored);

    /// <summary>A detection that found an object: green.</summary>
    public static DrawnBox Right(Box box, string className, float score) =>
        new(box, DrawnBoxKind.Object) { ClassName = className, Score = score, OutcomeColor = ClassColor.Right };

    /// <summary>A detection that found none: orange, its caption begins with a cross.</summary>
    public static DrawnBox Wrong(Box box, string className, float score) =>
        new(box, DrawnBoxKind.Object) { ClassName = $"✗ {className}", Score = score, OutcomeColor = ClassColor.Wrong };

    /// <summary>An object that was not found: dashed and yellow, its caption says "missed".</summary>
    public static DrawnBox Missed(Box box, string className) =>
        new(box, DrawnBoxKind.Missed) { ClassName = $"missed {className}", OutcomeColor = ClassColor.Missed };
}
