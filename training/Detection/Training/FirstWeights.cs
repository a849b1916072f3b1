using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Data;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Detection.Training;

/// <summary>The initial weights of a detector's training: another detector's, a backbone's, or random ones.</summary>
internal static class FirstWeights
{
    /// <summary>Copies them into a new detector.</summary>
    /// <param name="options">Name the file.</param>
    /// <param name="detector">With its own random weights.</param>
    /// <param name="log">Receives warnings of values that are not finite.</param>
    /// <returns>Warnings about it.</returns>
    /// <exception cref="UserErrorException">The file is of another architecture, or the detector takes none.</exception>
    public static IReadOnlyList<string> LoadInto(FinetuneOptions options, Detector detector, ILogger log)
    {
        if (WeightChoice.FileOf(options.BackboneWeights) is { } backbone)
        {
            BackboneCheckpoint.LoadInto(RequireBackbone(detector), backbone, log);
            return [];
        }

        return WeightChoice.FileOf(options.Weights) is { } weights
            ? [.. DetectorStart.Load(RequireFasterRcnn(detector), options.Labels, weights, log).Lines()]
            : [];
    }

    /// <summary>The images that a run's weights learn from, and the images of its lists that they know too well.</summary>
    /// <param name="options">Name the file, and whether a leak is allowed.</param>
    /// <param name="dataset">The data set that the images belong to.</param>
    /// <param name="images">The run's lists.</param>
    /// <param name="control">Whether the run is resumed; its log.</param>
    /// <exception cref="UserErrorException">Images to measure on are among those that the first weights have learned from.</exception>
    public static WeightOrigin Origin(FinetuneOptions options, Dataset dataset, FinetuneImages images, RunControl control)
    {
        var first = LearnedImages.In(WeightChoice.FileOf(options.Weights) ?? WeightChoice.FileOf(options.BackboneWeights));
        var leak = new LeakGuard(first, dataset).Check(images.Validation, images.Test, options.AllowLeak, control.Cancellation);
        string[] files = [.. images.Train.Select(id => dataset.Image(id).Path)];
        var learned = RunImages.Of(options.Output, control.Resume, files, first, control.Log, control.Cancellation);
        return new WeightOrigin { Learned = learned, Leak = leak };
    }

    private static ResNet RequireBackbone(Detector detector) => detector.ResidualBackbone
        ?? throw new UserErrorException($"backboneWeights: a detector of architecture {detector.Architecture} takes none.");

    private static FasterRcnn RequireFasterRcnn(Detector detector) => detector as FasterRcnn
        ?? throw new UserErrorException($"weights: a detector of architecture {detector.Architecture} takes none.");
}
