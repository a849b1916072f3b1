using System.Diagnostics;
using Pipeline.Serving.Inference;
using Pipeline.Shared;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Kitti;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Evaluation;

/// <summary>Result of an evaluation; averages are 0..1, or null where no frame has an object.</summary>
internal sealed record EvaluationReport(
    double? Map,
    double? Map50,
    double? Map75,
    IReadOnlyDictionary<string, ClassAveragePrecision?> PerClass,
    int Images,
    double Seconds,
    double ImagesPerSecond)
{
    /// <summary>Images that the model was measured on in training although its first weights had learnt from them; null: none.</summary>
    public ImageLeak? Leak { get; init; }
}

/// <summary>Measures a model over frames in KITTI's layout: images of one size are executed together.</summary>
internal sealed class ModelEvaluation
{
    private readonly DetectorModel model;
    private readonly KittiDataset dataset;
    private readonly IReadOnlyList<SurveyedFrame> frames;
    private readonly EvaluatedFrame[] evaluated;

    private ModelEvaluation(DetectorModel model, KittiDataset dataset, IReadOnlyList<SurveyedFrame> frames)
    {
        this.model = model;
        this.dataset = dataset;
        this.frames = frames;
        evaluated = new EvaluatedFrame[frames.Count];
    }

    /// <param name="modelDirectory"><c>&lt;repository&gt;/&lt;name&gt;/&lt;version&gt;</c></param>
    /// <param name="data">Frames in KITTI's layout.</param>
    /// <param name="split">A list of frames; all labelled ones when null.</param>
    /// <param name="batchSize">Most images in one execution.</param>
    /// <param name="remark">Receives what of the data is ignored or left out, a line each.</param>
    /// <param name="cancellation">Ends the evaluation between two images.</param>
    /// <exception cref="UserErrorException">
    /// The model, the list, an image or a label is wrong; what can be seen before the work begins is seen then.
    /// </exception>
    public static EvaluationReport Run(
        string modelDirectory,
        string data,
        string? split,
        int batchSize,
        Action<string> remark,
        CancellationToken cancellation)
    {
        var dataset = KittiDataset.Open(data);
        var chosen = split is null ? dataset.FrameIds : FrameList.Read(split, dataset);
        if (chosen.Count == 0)
        {
            throw new UserErrorException(
                $"{data}: none of its {dataset.ImageIds.Count} images has a label file in label_2; "
                + "without labels nothing can be measured.");
        }

        var directory = ModelDirectory.Open(modelDirectory);
        var limits = DetectorModel.LimitsOf(directory.Manifest);
        var survey = FrameSurvey.Of(dataset, chosen, limits, cancellation);
        foreach (var line in dataset.Remarks().Concat(survey.Remarks))
        {
            remark(line);
        }

        if (directory.Manifest.Leak is { } leak)
        {
            remark($"warning: {leak}");
        }

        using var model = DetectorModel.Load(directory);
        var start = Stopwatch.GetTimestamp();
        var evaluation = new ModelEvaluation(model, dataset, survey.Frames);
        evaluation.DetectAll(batchSize, cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var labels = new LabelMap(model.Manifest.Labels, model.Manifest.LabelMap);
        var result = DetectionEvaluation.Evaluate(labels, evaluation.evaluated);
        return new EvaluationReport(result.Map, result.Map50, result.Map75, result.PerClass, chosen.Count, seconds, chosen.Count / seconds)
        {
            Leak = model.Manifest.Leak,
        };
    }

    private void DetectAll(int batchSize, CancellationToken cancellation)
    {
        var waiting = new Dictionary<(int Width, int Height), List<(int Index, RgbImage Image)>>();
        for (var i = 0; i < frames.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var image = ImageDecoder.DecodeFile(dataset.ImagePath(frames[i].FrameId));
            var size = (image.WidthPixels, image.HeightPixels);
            if (!waiting.TryGetValue(size, out var batch))
            {
                batch = [];
                waiting.Add(size, batch);
            }

            batch.Add((i, image));
            if (batch.Count == batchSize)
            {
                Detect(batch);
            }
        }

        foreach (var batch in waiting.Values.Where(batch => batch.Count > 0))
        {
            cancellation.ThrowIfCancellationRequested();
            Detect(batch);
        }
    }

    private void Detect(List<(int Index, RgbImage Image)> batch)
    {
        var found = model.Detect([.. batch.Select(entry => entry.Image)]);
        foreach (var ((index, image), detections) in batch.Zip(found))
        {
            evaluated[index] = new EvaluatedFrame(frames[index].FrameId, frames[index].Objects, detections);
            image.Dispose();
        }

        batch.Clear();
    }
}
