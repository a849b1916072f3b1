using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Publishing;

using Detection = Pipeline.Shared.Geometry.Detection;

/// <summary>Runs an exported model, with ONNX Runtime, beside the detector that it was made of, and compares what they find.</summary>
/// <param name="serving">Runs the model.</param>
/// <param name="samples">The images.</param>
/// <param name="progress">Receives the number of images done, by stage.</param>
/// <param name="cancellation">Ends the comparison.</param>
internal sealed class ParityCheck(
    ServingProgram serving,
    SampleImages samples,
    IProgress<(string Stage, TrainingProgress Progress)> progress,
    CancellationToken cancellation)
{
    private const double Points = 100;

    /// <param name="detector">The detector, in evaluation mode, on the CPU.</param>
    /// <param name="folder">The exported model.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <returns>The differences, and whether they are within the precision's tolerance.</returns>
    /// <exception cref="ParityException">The model does not run.</exception>
    public ParityTable Run(Detector detector, string folder, ModelManifest manifest)
    {
        var tolerance = ParityTolerances.Of(manifest.Precision);
        var actual = RunModel(folder, manifest);
        var comparison = new DetectionComparison(tolerance, manifest.ScoreThreshold, manifest.MaxDetections);
        var reference = new IReadOnlyList<Detection>[samples.Images.Count];
        var rows = new ImageParity[samples.Images.Count];
        var counting = 0;
        for (var index = 0; index < rows.Length; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var image = ImageDecoder.DecodeFile(samples.Images[index].Path);
            reference[index] = RunDetector(detector, image);
            var longerSide = Math.Max(image.WidthPixels, image.HeightPixels);
            rows[index] = new ImageParity(
                samples.Images[index].Name,
                image.WidthPixels,
                image.HeightPixels,
                comparison.Compare(reference[index], actual[index], longerSide));
            counting += comparison.CountThatCount(reference[index], actual[index]);
            progress.Report(("compare with the detector", new TrainingProgress(index + 1, rows.Length, Loss: 0)));
        }

        var table = new ParityTable
        {
            Passed = true,
            Samples = samples.What,
            Images = rows.Length,
            Total = Sum(rows),
            DetectorMap = Map(manifest, reference),
            ModelMap = Map(manifest, actual),
            Tolerance = tolerance,
            Rows = [.. rows.OrderByDescending(row => row.Difference.Differing)
                .ThenByDescending(row => row.Difference.LargestBoxPixels ?? 0)
                .Take(ParityTable.MostRows)],
        };
        var failure = Failure(table, counting);
        return table with { Passed = failure is null, Failure = failure };
    }

    private static ParityDifference Sum(ImageParity[] rows) => new(
        DetectorDetections: rows.Sum(row => row.Difference.DetectorDetections),
        ModelDetections: rows.Sum(row => row.Difference.ModelDetections),
        Pairs: rows.Sum(row => row.Difference.Pairs),
        Differing: rows.Sum(row => row.Difference.Differing),
        LargestBoxPixels: rows.Max(row => row.Difference.LargestBoxPixels),
        LargestScore: rows.Max(row => row.Difference.LargestScore));

    /// <summary>What is beyond the tolerance; null: nothing.</summary>
    private static string? Failure(ParityTable table, int counting)
    {
        if (table.DetectorMap - table.ModelMap > table.Tolerance.MapPoints / Points)
        {
            return FormattableString.Invariant(
                $"mAP falls from {table.DetectorMap:F4} to {table.ModelMap:F4} on {table.Samples}; ")
                + FormattableString.Invariant($"{table.Tolerance.MapPoints} points are allowed");
        }

        var isMeasured = table.DetectorMap is not null && table.Tolerance.BoxPixels is null;
        if (isMeasured || table.Total.Differing <= table.Tolerance.DifferingShare * counting)
        {
            return null;
        }

        var worst = table.Rows[0];
        return FormattableString.Invariant(
            $"{table.Total.Differing} of {counting} detections have no counterpart within the tolerance, ")
            + $"{worst.Difference.Differing} of them in {worst.Image}: the detector finds {worst.Difference.DetectorDetections}, "
            + $"the model {worst.Difference.ModelDetections}{Largest(worst.Difference)}";
    }

    private static string Largest(ParityDifference difference) => difference.LargestBoxPixels is null
        ? ""
        : FormattableString.Invariant(
            $", boxes differ by up to {difference.LargestBoxPixels:G3} pixels and scores by up to {difference.LargestScore:G3}");

    private IReadOnlyList<IReadOnlyList<Detection>> RunModel(string folder, ModelManifest manifest)
    {
        string[] paths = [.. samples.Images.Select(image => image.Path)];
        void OnImage(int count) => progress.Report(("run the exported model", new TrainingProgress(count, paths.Length, Loss: 0)));
        try
        {
            return serving.Detect(folder, paths, manifest.Labels, threshold: 0, cancellation, OnImage);
        }
        catch (ServingProgramException exception)
        {
            throw new ParityException($"the exported model does not run: {exception.Said} Nothing was published.", exception);
        }
    }

    private static Detection[] RunDetector(Detector detector, RgbImage image)
    {
        using var pause = CollectionPause.Begin();
        using var scope = NewDisposeScope();
        var rows = empty(image.HeightPixels, image.WidthPixels, 3, dtype: uint8);
        image.Pixels.CopyTo(rows.bytes);
        var found = detector.Detect([rows.permute(2, 0, 1).contiguous()])[0];   // [3, H, W]
        return HostDetections.Of(found);
    }

    private double? Map(ModelManifest manifest, IReadOnlyList<IReadOnlyList<Detection>> found)
    {
        if (samples.Images.Any(image => image.Labels is null))
        {
            return null;
        }

        var evaluated = samples.Images.Select((image, index) => new EvaluatedImage(image.Name, image.Labels!, found[index]));
        return DetectionEvaluation.Evaluate(new LabelMap(manifest.Labels, manifest.LabelMap), evaluated).Map;
    }
}
