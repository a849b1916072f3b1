using System.Diagnostics;
using Pipeline.Serving.Inference;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Reports;
using Pipeline.Shared.Text;

namespace Pipeline.Serving.Evaluation;

/// <summary>Measures an exported model over labelled images.</summary>
internal static class ModelEvaluation
{
    /// <param name="options">What is evaluated on what.</param>
    /// <param name="remark">Receives what is ignored or left out of the data, and warnings, one line each.</param>
    /// <param name="progress">Told after every execution; may be null.</param>
    /// <param name="cancellation">Ends the evaluation between two images.</param>
    /// <exception cref="UserErrorException">
    /// An option, the model, the list, an image or a label is wrong. Whatever can be seen from headers and labels is reported before
    /// the first execution.
    /// </exception>
    public static EvaluationReport Run(
        EvaluationOptions options, Action<string> remark, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        OptionRules.Check(options);
        var dataset = Dataset.Open(options.Data, options.Format);
        var ids = options.Split is null ? dataset.ImageIds : ImageList.Read(options.Split, dataset);
        if (ids.Count == 0)
        {
            throw new UserErrorException(
                $"{options.Data}: none of its {dataset.Unlabeled.Count} images has labels; without labels nothing can be measured.");
        }

        var directory = ModelDirectory.Open(options.ModelDirectory);
        var manifest = directory.Manifest;
        var survey = DatasetSurvey.Of(dataset, ids, DetectorModel.LimitsOf(manifest), cancellation);
        foreach (var line in dataset.Remarks().Concat(survey.Remarks))
        {
            remark(line);
        }

        if (manifest.Leak is { } leak)
        {
            remark($"warning: {leak}");
        }

        var classes = new LabelMap(manifest.Labels, manifest.LabelMap);
        if (OtherClasses(classes, survey.Images) is { } warning)
        {
            remark($"warning: {options.Data}: {warning}");
        }

        using var model = DetectorModel.Load(directory);
        var start = Stopwatch.GetTimestamp();
        var evaluated = new BatchDetection(model, survey.Images, options.BatchSize).Run(progress, cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var result = DetectionEvaluation.Evaluate(classes, evaluated);
        return new EvaluationReport(
            Map: result.Map,
            Map50: result.Map50,
            Map75: result.Map75,
            PerClass: result.PerClass,
            Images: ids.Count,
            Seconds: seconds,
            ImagesPerSecond: ids.Count / seconds)
        {
            Precision = manifest.Precision,
            Leak = manifest.Leak,
        };
    }

    /// <summary>A warning when no object is of the model's classes, as when names are written in another way.</summary>
    private static string? OtherClasses(LabelMap classes, IReadOnlyList<SurveyedImage> images)
    {
        var named = images.SelectMany(image => image.Annotations).Select(entry => entry.Class).OfType<string>().ToHashSet();
        return named.Count == 0 || named.Any(name => classes.Label(name) >= 0)
            ? null
            : $"the labels name {FirstFew.Of(named)}, but the model knows {FirstFew.Of(classes.Classes)}; nothing can be measured.";
    }
}
