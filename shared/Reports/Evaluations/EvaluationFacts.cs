using System.Globalization;
using Pipeline.Shared.Evaluation;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>What a report says in words: what was measured on what, and what makes the numbers worth less.</summary>
internal static class EvaluationFacts
{
    /// <summary>The model, where it is known.</summary>
    public static string Title(EvaluationReport report) =>
        report.Model is { } model ? $"Evaluation of {model.Name}/{model.Version}" : "Evaluation of a detector";

    /// <summary>How many images, objects and detections there were.</summary>
    public static string Lead(EvaluationReport report, EvaluationProblem problem)
    {
        var data = report.Data is { } named ? $" of {named.Path}" : "";
        var split = report.Data?.Split is { } list ? $" ({list})" : "";
        var images = NumberText.Counted(problem.ImageIds.Length, "image", "images");
        var objects = NumberText.Counted(problem.Objects.Length, "label", "labels");
        var detections = NumberText.Counted(problem.Detections.Length, "detection", "detections");
        return $"{images}{data}{split}: {objects}, {detections}, "
            + $"{NumberText.Counted(problem.Labels.Classes.Count, "class", "classes")}.";
    }

    /// <summary>What a reader must know before any number.</summary>
    public static IEnumerable<string> Warnings(EvaluationReport report, EvaluationProblem problem)
    {
        if (report.Leak is { } leak)
        {
            yield return $"{leak}.";
        }

        if (report.Map is null && report.Metrics.All(metric => metric.Numbers.Values.All(value => value is null)))
        {
            yield return problem.Objects.Any(truth => truth.Class >= 0)
                ? "Nothing could be measured: no object of the labels is of a class that the model knows."
                : "Nothing could be measured: the labels have no object.";
        }
    }

    /// <summary>Model, data and digests, for whoever wants to repeat the measurement.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(EvaluationReport report, EvaluationProblem problem)
    {
        KeyValuePair<string, string?>[] facts =
        [
            new("Model", report.Model is { } model ? $"{model.Name}, version {model.Version}" : null),
            new("Precision", report.Precision),
            new("Model's SHA-256", report.Model?.Sha256),
            new("Manifest's SHA-256", report.Model?.ManifestSha256),
            new("Checkpoint's SHA-256", report.Model?.CheckpointSha256),
            .. OfManifest(report.Model?.Manifest),
            new("Data", report.Data?.Path),
            new("Format", report.Data?.Format),
            new("List of images", report.Data is null ? null : report.Data.Split ?? "all images"),
            new("Labels' SHA-256", report.Data?.LabelsSha256),
            new("Images", NumberText.Count(problem.ImageIds.Length)),
            new("Labels", NumberText.Count(problem.Objects.Length)),
            new("Detections", NumberText.Count(problem.Detections.Length)),
        ];
        return facts
            .Where(fact => fact.Value is not null)
            .Select(fact => new KeyValuePair<string, string>(fact.Key, fact.Value!));
    }

    private static IEnumerable<KeyValuePair<string, string?>> OfManifest(EvaluatedManifest? manifest)
    {
        if (manifest is null)
        {
            yield break;
        }

        yield return new("Least score", manifest.ScoreThreshold.ToString(CultureInfo.InvariantCulture));
        yield return new("Most detections of an image", NumberText.Count(manifest.MaxDetections));
        yield return new("ONNX operator set", manifest.Opset.ToString(CultureInfo.InvariantCulture));
        yield return new("Exported", $"{manifest.Created.ToString("u", CultureInfo.InvariantCulture)} by {manifest.Tool}");
    }

    /// <summary>The speed in words.</summary>
    public static string Speed(EvaluationReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{NumberText.Counted(report.Images, "image", "images")} in {report.Seconds:F1} s: {report.ImagesPerSecond:F1} images a second, "
        + $"decoding included.");
}
