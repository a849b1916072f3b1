using System.Globalization;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Engine;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Passes;
using Pipeline.Training.Onnx.Quantization;

namespace Pipeline.Training.Detection.Export;

/// <summary>Makes a detector's graph int8.</summary>
internal static class DetectorQuantization
{
    /// <param name="graph">In float32; it is changed.</param>
    /// <param name="images">Image files to calibrate with, at least one.</param>
    /// <param name="control">Told the images that are done; stops the work between two.</param>
    /// <returns>What was done, for the manifest.</returns>
    /// <exception cref="UserErrorException">An image cannot be read, or the detector computes what is not finite.</exception>
    public static Quantization Apply(OnnxGraph graph, IReadOnlyList<string> images, RunControl control)
    {
        var samples = CalibrationSet.Samples(images, new ImageLimits());
        var steps = control.Progress is null ? null : new Steps(control.Progress, Int8Calibration.Steps(samples.Count));
        var settings = new Int8Settings();
        var plan = new Int8Calibration(graph, DetectorOperators.All, settings).Run(samples, steps, control.Cancellation);
        IOnnxPass[] passes = [new QuantizeToInt8(plan), new ShareInitializers(), new RemoveDeadNodes()];
        foreach (var pass in passes)
        {
            pass.Apply(graph);
        }

        return new Quantization(
            images.Count,
            string.Create(CultureInfo.InvariantCulture, $"percentile {settings.Percentile}"),
            plan.Layers.Count,
            [.. plan.FloatLayers.Select(Described)]);
    }

    private static FloatLayer Described(UnquantizedLayer kept) => kept.SignalToNoiseDb is { } ratio
        ? new FloatLayer(kept.Layer.Name, "int8 would harm its results", Math.Round(ratio, 1))
        : new FloatLayer(kept.Layer.Name, "its results are scores and boxes", null);

    private sealed class Steps(IProgress<TrainingProgress> progress, int count) : IProgress<int>
    {
        public void Report(int value) => progress.Report(new TrainingProgress(value, count, Loss: 0));
    }
}
