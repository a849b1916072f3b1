using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation;

/// <summary>An object or region of the labels.</summary>
/// <param name="Image">Index into <see cref="EvaluationProblem.ImageIds"/>.</param>
/// <param name="Class">Index into <see cref="EvaluationProblem.TruthClasses"/>; −1: a region of any class (DontCare).</param>
/// <param name="Box">Its box.</param>
/// <param name="AreaPixels">COCO's area in square pixels.</param>
/// <param name="Marks">Crowd, difficult and the like.</param>
/// <param name="Truncation">KITTI's, 0..1.</param>
/// <param name="Occlusion">KITTI's, 0..3.</param>
public readonly record struct TruthObject(
    int Image, int Class, ExactBox Box, double AreaPixels, AnnotationMarks Marks, double Truncation, int Occlusion);

/// <summary>A detection.</summary>
/// <param name="Image">Index into <see cref="EvaluationProblem.ImageIds"/>.</param>
/// <param name="Class">Index into the classes of <see cref="EvaluationProblem.Labels"/>.</param>
/// <param name="Box">Its box.</param>
/// <param name="Score">Confidence.</param>
public readonly record struct FoundObject(int Image, int Class, ExactBox Box, double Score);

/// <summary>Truth and detections of one image.</summary>
/// <param name="ImageId">Of the image.</param>
/// <param name="Truth">Its labels, regions to ignore included.</param>
/// <param name="Detections">What was found; labels are indices into the classes.</param>
public sealed record EvaluatedImage(string ImageId, IReadOnlyList<TruthLabel> Truth, IReadOnlyList<Detection> Detections)
{
    /// <summary>The number that the labels give the image (COCO); null in other formats.</summary>
    public long? Number { get; init; }

    /// <summary>An image of a data set.</summary>
    /// <param name="image">Its labels are read.</param>
    /// <param name="detections">What was found in it.</param>
    /// <exception cref="UserErrorException">The labels cannot be read.</exception>
    public static EvaluatedImage Of(SurveyedImage image, IReadOnlyList<Detection> detections)
    {
        var isNumbered = long.TryParse(image.Image.SourceId, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        return new EvaluatedImage(image.Image.Id, image.Truth(), detections) { Number = isNumbered ? number : null };
    }
}

/// <summary>What every metric and analysis starts from: labels and detections of images, as their files have them.</summary>
/// <param name="ImageIds">All images, also those without objects, in the order by which equal scores are ranked.</param>
/// <param name="Labels">The classes that are measured, in the order of the detections' labels, and the classes merged into them.</param>
/// <param name="TruthClasses">Names of the classes that the labels use, measured or not.</param>
/// <param name="Objects">Of the labels; by image, then in the order of the file.</param>
/// <param name="Detections">By image, then in the order of the file; equal scores keep this order.</param>
public sealed record EvaluationProblem(
    ImmutableArray<string> ImageIds,
    LabelMap Labels,
    ImmutableArray<string> TruthClasses,
    ImmutableArray<TruthObject> Objects,
    ImmutableArray<FoundObject> Detections)
{
    /// <summary>Images of which labels and detections are known, in any order: they are sorted by number, or by id.</summary>
    /// <param name="labels">The classes, in the order of the detections' labels, and the classes merged into them.</param>
    /// <param name="images">Truth and detections.</param>
    public static EvaluationProblem Of(LabelMap labels, IEnumerable<EvaluatedImage> images)
    {
        EvaluatedImage[] sorted = Sorted([.. images]);
        var classes = new Dictionary<string, int>(StringComparer.Ordinal);
        var objects = ImmutableArray.CreateBuilder<TruthObject>();
        var detections = ImmutableArray.CreateBuilder<FoundObject>();
        for (var image = 0; image < sorted.Length; image++)
        {
            foreach (var truth in sorted[image].Truth)
            {
                objects.Add(new TruthObject(
                    Image: image,
                    Class: truth.Class is null ? -1 : IndexOf(truth.Class, classes),
                    Box: truth.Box,
                    AreaPixels: truth.AreaPixels ?? truth.Box.Area,
                    Marks: truth.Marks,
                    Truncation: truth.Truncation,
                    Occlusion: truth.Occlusion));
            }

            foreach (var found in sorted[image].Detections)
            {
                detections.Add(new FoundObject(image, found.Label, ExactBox.Of(found.Box), found.Score));
            }
        }

        return new EvaluationProblem(
            ImageIds: [.. sorted.Select(image => image.ImageId)],
            Labels: labels,
            TruthClasses: [.. classes.Keys],
            Objects: objects.DrainToImmutable(),
            Detections: detections.DrainToImmutable());
    }

    private static int IndexOf(string name, Dictionary<string, int> classes)
    {
        if (!classes.TryGetValue(name, out var index))
        {
            index = classes.Count;
            classes.Add(name, index);
        }

        return index;
    }

    private static EvaluatedImage[] Sorted(EvaluatedImage[] images)
    {
        var areNumbered = images.All(image => NumberOf(image) is not null);
        return areNumbered
            ? [.. images.OrderBy(image => NumberOf(image)).ThenBy(image => image.ImageId, StringComparer.Ordinal)]
            : [.. images.OrderBy(image => image.ImageId, StringComparer.Ordinal)];
    }

    private static long? NumberOf(EvaluatedImage image)
    {
        if (image.Number is { } number)
        {
            return number;
        }

        return long.TryParse(image.ImageId, NumberStyles.None, CultureInfo.InvariantCulture, out var fromId) ? fromId : null;
    }
}
