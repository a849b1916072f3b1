using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Imaging.Drawing;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Pictures;

/// <summary>Draws what was right, wrong and missed in an image.</summary>
/// <param name="problem">Truth and detections.</param>
/// <param name="options">From which score on detections are drawn, and from which IoU on they are right.</param>
/// <param name="paths">Image files by id.</param>
internal sealed class OutcomePainter(EvaluationProblem problem, AnalysisOptions options, IReadOnlyDictionary<string, string> paths)
{
    private const int Quality = 82;
    private readonly ImageOutcomes outcomes = new(problem, options);

    /// <summary>Longest side of a picture in a page: a dozen of 960 pixels are a few megabytes.</summary>
    public int LongestSidePixels { get; init; } = 960;

    /// <summary>The picture of an image; where its file cannot be read, the caption says so.</summary>
    public PagePicture Paint(string imageId, string caption) => Paint(imageId, caption, Boxes(outcomes.Of(imageId)));

    /// <summary>The picture of an image with its labels alone.</summary>
    public PagePicture PaintTruth(string imageId, string caption) => Paint(imageId, caption, TruthBoxes(outcomes.Of(imageId)));

    private PagePicture Paint(string imageId, string caption, DrawnBox[] boxes)
    {
        if (!paths.TryGetValue(imageId, out var path))
        {
            return Missing($"{caption}. The image is not at hand.");
        }

        try
        {
            using var image = ImageDecoder.DecodeFile(path);
            using var picture = ScaledPicture.Of(image, LongestSidePixels);
            using var painted = DetectionPainter.Paint(picture.Image, boxes.Select(picture.Scaled));
            return new PagePicture(
                Caption: caption,
                Alternative: $"Image {imageId}, {caption}",
                MediaType: "image/jpeg",
                Content: ImageEncoder.Jpeg(painted, Quality),
                WidthPixels: painted.WidthPixels,
                HeightPixels: painted.HeightPixels);
        }
        catch (UserErrorException error)
        {
            return Missing($"{caption}. No picture: {error.Message}");
        }
    }

    private static PagePicture Missing(string caption) => new(
        Caption: caption, Alternative: "", MediaType: "", Content: default, WidthPixels: 0, HeightPixels: 0);

    private DrawnBox[] TruthBoxes(ImageOutcome outcome)
    {
        var ignored = outcome.Ignored.Select(box => DrawnBox.Ignored(Single(box)));
        var objects = outcome.Found.Concat(outcome.Missed)
            .Select(truth => DrawnBox.Object(Single(truth.Box), truth.Class, problem.Labels.Classes[truth.Class]));
        return [.. ignored, .. objects];
    }

    private DrawnBox[] Boxes(ImageOutcome outcome)
    {
        var classes = problem.Labels.Classes;
        var ignored = outcome.Ignored.Select(box => DrawnBox.Ignored(Single(box)));
        var found = outcome.Found.Select(truth => DrawnBox.Truth(Single(truth.Box)));
        var missed = outcome.Missed.Select(truth => DrawnBox.Missed(Single(truth.Box), classes[truth.Class]));
        var right = outcome.Right.Select(entry => DrawnBox.Right(Single(entry.Box), classes[entry.Class], (float)entry.Score));
        var wrong = outcome.Wrong.Select(entry => DrawnBox.Wrong(Single(entry.Box), classes[entry.Class], (float)entry.Score));
        return [.. ignored, .. found, .. missed, .. right, .. wrong];
    }

    private static Box Single(ExactBox box) => new(X1: (float)box.X1, Y1: (float)box.Y1, X2: (float)box.X2, Y2: (float)box.Y2);
}
