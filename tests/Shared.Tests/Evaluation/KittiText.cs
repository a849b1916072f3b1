using System.Globalization;
using System.Text.Json;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation;

/// <summary>Labels and results as KITTI's files have them, read in double precision.</summary>
internal static class KittiText
{
    /// <summary>Frame names to file texts.</summary>
    public static EvaluationProblem Problem(JsonElement labels, JsonElement results, IReadOnlyDictionary<string, string>? merges = null)
    {
        string[] frames = [.. labels.EnumerateObject().Select(entry => entry.Name).Order(StringComparer.Ordinal)];
        var truth = Rows(labels, frames);
        var found = Rows(results, frames);
        string[] classes = [.. found.Select(row => row.Fields[0]).Concat(["Car", "Pedestrian", "Cyclist"]).Distinct()];
        string[] truthClasses = [.. truth.Select(row => row.Fields[0]).Distinct().Where(name => name != "DontCare")];
        return new EvaluationProblem(
            [.. frames],
            new LabelMap([.. classes.Where(name => merges?.ContainsKey(name) != true)], merges),
            [.. truthClasses],
            [.. truth.Select(row => Object(row.Image, row.Fields, truthClasses))],
            [
                .. found.Select(row => new FoundObject(
                    row.Image, Array.IndexOf(classes, row.Fields[0]), BoxOf(row.Fields), Number(row.Fields[15]))),
            ]);
    }

    private static List<(int Image, string[] Fields)> Rows(JsonElement texts, string[] frames)
    {
        var rows = new List<(int Image, string[] Fields)>();
        foreach (var (image, frame) in frames.Index())
        {
            var lines = texts.GetProperty(frame).GetString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            rows.AddRange(lines.Select(line => (image, line.Split(' '))));
        }

        return rows;
    }

    private static TruthObject Object(int image, string[] fields, string[] classes)
    {
        var box = BoxOf(fields);
        return new TruthObject(
            Image: image,
            Class: Array.IndexOf(classes, fields[0]),
            Box: box,
            AreaPixels: box.Area,
            Marks: AnnotationMarks.None,
            Truncation: Number(fields[1]),
            Occlusion: (int)Number(fields[2]));
    }

    private static ExactBox BoxOf(string[] fields) =>
        ExactBox.FromCorners(Number(fields[4]), Number(fields[5]), Number(fields[6]), Number(fields[7]));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
