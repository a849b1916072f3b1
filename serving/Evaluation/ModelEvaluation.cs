using System.Diagnostics;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Inference;
using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Evaluation;

/// <summary>Measures an exported model over frames in KITTI's layout.</summary>
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
        OptionValidation.Require(options);
        var dataset = Dataset.Open(options.Data);
        var frames = options.Split is null ? dataset.ImageIds : ImageList.Read(options.Split, dataset);
        if (frames.Count == 0)
        {
            throw new UserErrorException(
                $"{options.Data}: none of its {dataset.ImageIds.Count} images has a label file in label_2; "
                + "without labels nothing can be measured.");
        }

        var directory = ModelDirectory.Open(options.ModelDirectory);
        var manifest = directory.Manifest;
        var survey = DatasetSurvey.Of(dataset, frames, DetectorModel.LimitsOf(manifest), cancellation);
        foreach (var line in dataset.Remarks().Concat(survey.Remarks))
        {
            remark(line);
        }

        if (manifest.Leak is { } leak)
        {
            remark($"warning: {leak}");
        }

        using var model = DetectorModel.Load(directory);
        var start = Stopwatch.GetTimestamp();
        var evaluated = new FrameDetection(model, dataset, survey.Frames, options.BatchSize).Run(progress, cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var result = DetectionEvaluation.Evaluate(new LabelMap(manifest.Labels, manifest.LabelMap), evaluated);
        return new EvaluationReport(
            Map: result.Map,
            Map50: result.Map50,
            Map75: result.Map75,
            PerClass: result.PerClass,
            Images: frames.Count,
            Seconds: seconds,
            ImagesPerSecond: frames.Count / seconds)
        {
            Leak = manifest.Leak,
        };
    }
}
