using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets;

/// <summary>
/// A label as evaluators need it: the numbers as the file has them, in double precision, and nothing left out. Training and drawing use
/// <see cref="Annotation"/>.
/// </summary>
/// <param name="Class">Name of its class; null for a region of any class (KITTI's DontCare).</param>
/// <param name="Box">In continuous pixels of the decoded image.</param>
public readonly record struct TruthLabel(string? Class, ExactBox Box)
{
    /// <summary>Crowd, difficult and the like.</summary>
    public AnnotationMarks Marks { get; init; }

    /// <summary>COCO's <c>area</c> in square pixels, possibly that of a mask; null: the box's.</summary>
    public double? AreaPixels { get; init; }

    /// <summary>KITTI's truncation, 0 (whole) to 1 (outside the image); 0 in other formats.</summary>
    public double Truncation { get; init; }

    /// <summary>KITTI's occlusion: 0 visible, 1 partly, 2 largely hidden, 3 unknown; 0 in other formats.</summary>
    public int Occlusion { get; init; }

    /// <summary>Where the labels have it, as <see cref="Annotation.Place"/>.</summary>
    public int Place { get; init; }

    /// <summary>A label of which only the neutral model is known.</summary>
    public static TruthLabel Of(Annotation annotation) => new(annotation.Class, ExactBox.Of(annotation.Box))
    {
        Marks = annotation.Marks,
        Place = annotation.Place,
    };
}
