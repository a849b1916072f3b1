using System.Collections.Immutable;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>Takes the detections that a reader finds, and notes what is odd about them. All of them count, as in official tools.</summary>
/// <param name="names">Images and classes.</param>
/// <param name="areSides">Whether boxes are corner and sides.</param>
internal sealed class ResultCollector(ResultNames names, bool areSides)
{
    private const string OtherImages = "detections are of images that are not evaluated; they are left out";
    private const string OtherClasses = "detections are of classes that are not measured; they are left out";
    private const string NoArea = "boxes have no area, or a negative width or height; they match nothing, as in official tools";
    private const string Outside = "boxes lie outside their image; they count, as in official tools";

    private readonly DetectionRows rows = new(areSides);

    /// <summary>What was odd.</summary>
    public ResultNotes Notes { get; } = new();

    /// <summary>How many detections were taken.</summary>
    public int Count => rows.Count;

    /// <param name="place">Where the detection is.</param>
    /// <param name="image">Its image's index, or <see cref="ResultNames.NotEvaluated"/>.</param>
    /// <param name="label">Its class's index, or <see cref="ResultNames.NotEvaluated"/>.</param>
    /// <param name="box">Its box.</param>
    /// <param name="score">Any finite number.</param>
    public void Add(in ResultPlace place, int image, int label, in ExactBox box, double score)
    {
        if (image == ResultNames.NotEvaluated)
        {
            Notes.Add(OtherImages, place, "image_id");
            return;
        }

        if (label == ResultNames.NotEvaluated)
        {
            Notes.Add(OtherClasses, place, "category_id");
            return;
        }

        if (!(box.Width > 0 && box.Height > 0))
        {
            Notes.Add(NoArea, place, "bbox");
        }
        else if (IsOutside(box, names.Images[image].DeclaredSize))
        {
            Notes.Add(Outside, place, "bbox");
        }

        rows.Add(image, label, box, score);
    }

    /// <summary>The detections by image; the collector is empty afterwards.</summary>
    public ImmutableArray<FoundObject> Detections() => rows.ByImage(names.Images.Length);

    /// <summary>Where the image's size is not known, only what is left of or above it is seen.</summary>
    private static bool IsOutside(in ExactBox box, (int WidthPixels, int HeightPixels)? size) =>
        box.X2 <= 0 || box.Y2 <= 0 || box.X1 >= (size?.WidthPixels ?? double.PositiveInfinity)
        || box.Y1 >= (size?.HeightPixels ?? double.PositiveInfinity);
}
