using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation;

/// <summary>Reads the problems of the reference files of COCO and VOC.</summary>
internal static class GoldenProblem
{
    /// <summary>Rows [annotation id, image, category, x, y, w, h, area, iscrowd] and [image, category, x, y, w, h, score].</summary>
    public static EvaluationProblem OfCoco(JsonElement inputs)
    {
        var images = inputs.GetProperty("images").EnumerateArray().Select(id => id.GetInt64()).Distinct().Order().ToList();
        var categories = inputs.GetProperty("categories").EnumerateArray().Select(id => id.GetInt32()).Distinct().Order().ToList();
        var objects = inputs.GetProperty("ground_truth").EnumerateArray().Select(row => row.Doubles()).Select(row => new TruthObject(
            Image: images.IndexOf((long)row[1]),
            Class: categories.IndexOf((int)row[2]),
            Box: ExactBox.FromSides(row[3], row[4], row[5], row[6]),
            AreaPixels: row[7],
            Marks: row[8] != 0 ? AnnotationMarks.Crowd : AnnotationMarks.None,
            Truncation: 0,
            Occlusion: 0));
        var detections = inputs.GetProperty("detections").EnumerateArray().Select(row => row.Doubles()).Select(row => new FoundObject(
            Image: images.IndexOf((long)row[0]),
            Class: categories.IndexOf((int)row[1]),
            Box: ExactBox.FromSides(row[2], row[3], row[4], row[5]),
            Score: row[6]));
        string[] names = [.. categories.Select(id => $"{id}")];
        return new EvaluationProblem([.. images.Select(id => $"{id}")], new LabelMap(names), [.. names], [.. objects], [.. detections]);
    }

    /// <summary>Rows [image, class, xmin, ymin, xmax, ymax, difficult] and [image, class, score, xmin, ymin, xmax, ymax].</summary>
    public static EvaluationProblem OfVoc(JsonElement inputs)
    {
        string[] images = [.. inputs.GetProperty("images").EnumerateArray().Select(id => id.GetString()!)];
        string[] classes = [.. inputs.GetProperty("classes").EnumerateArray().Select(name => name.GetString()!)];
        var objects = inputs.GetProperty("ground_truth").EnumerateArray().Select(row => new TruthObject(
            Image: Array.IndexOf(images, row[0].GetString()),
            Class: Array.IndexOf(classes, row[1].GetString()),
            Box: Corners(row, 2),
            AreaPixels: Corners(row, 2).Area,
            Marks: row[6].GetInt32() != 0 ? AnnotationMarks.Difficult : AnnotationMarks.None,
            Truncation: 0,
            Occlusion: 0));
        var detections = inputs.GetProperty("detections").EnumerateArray().Select(row => new FoundObject(
            Image: Array.IndexOf(images, row[0].GetString()),
            Class: Array.IndexOf(classes, row[1].GetString()),
            Box: Corners(row, 3),
            Score: row[2].GetDouble()));
        return new EvaluationProblem([.. images], new LabelMap(classes), [.. classes], [.. objects], [.. detections]);
    }

    private static ExactBox Corners(JsonElement row, int first) => ExactBox.FromCorners(
        row[first].GetDouble(), row[first + 1].GetDouble(), row[first + 2].GetDouble(), row[first + 3].GetDouble());
}
