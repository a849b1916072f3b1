using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Training.Probing;

/// <summary>What to probe, and on what.</summary>
public sealed record ProbeOptions
{
    /// <summary>Labelled images: a file or folder of a format that is read.</summary>
    public required string Data { get; init; }

    /// <summary>Format of the data; <c>auto</c>: recognized.</summary>
    public string Format { get; init; } = DatasetFormats.Auto;

    /// <summary>The backbone: a file that <c>pretrain</c> or <c>import</c> wrote, or <c>imagenet</c>.</summary>
    public required string Weights { get; init; }

    /// <summary>List of the images whose objects are known; a seeded 80 % when null.</summary>
    public string? TrainList { get; init; }

    /// <summary>List of the images whose objects are asked for.</summary>
    public string? TestList { get; init; }

    /// <summary>The classes; empty: those of the data set.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Classes of the labels that become another class.</summary>
    public IReadOnlyDictionary<string, string>? LabelMap { get; init; }

    /// <summary>Side of a crop in pixels.</summary>
    public int CropSizePixels { get; init; } = 64;

    /// <summary>Of the split and of the random weights.</summary>
    public int Seed { get; init; }

    /// <summary>Images in the making at once.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";
}

/// <summary>How well features separate classes; fractions of the queried crops, 0..1. Balanced ones are means over the classes.</summary>
/// <param name="NearestNeighbors">Of the 20 nearest neighbors' vote.</param>
/// <param name="NearestNeighborsBalanced">The same, balanced.</param>
/// <param name="Linear">Of a linear probe.</param>
/// <param name="LinearBalanced">The same, balanced.</param>
public sealed record ProbeScores(
    [property: JsonPropertyName("nearestNeighbours")] double NearestNeighbors,
    [property: JsonPropertyName("nearestNeighboursBalanced")] double NearestNeighborsBalanced,
    double Linear,
    double LinearBalanced);

/// <param name="Random">Of random weights of the same shape.</param>
/// <param name="Weights">Of the weights.</param>
/// <param name="KnownCrops">Crops with known classes.</param>
/// <param name="AskedCrops">Crops that were asked for.</param>
public sealed record ProbeResult(ProbeScores Random, ProbeScores Weights, int KnownCrops, int AskedCrops)
{
    /// <summary>What of the data was ignored or left out.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>
/// Measures what a backbone has learned without labels: its frozen features classify objects, compared with those of random weights.
/// </summary>
/// <remarks>Both get batch statistics from the known crops first, so that what is compared is the weights.</remarks>
public static class FeatureProbe
{
    /// <param name="options">What to probe, and on what.</param>
    /// <param name="log">Receives warnings of weights that are not finite.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="UserErrorException">A file is missing or wrong, or there are no objects.</exception>
    public static ProbeResult Run(ProbeOptions options, ILogger log, CancellationToken cancellation = default)
    {
        var device = ComputeDevice.Of(options.Device);
        var dataset = Dataset.Open(options.Data, options.Format);
        var labels = new LabelMap(LabelMap.ClassesOf(options.Labels, options.LabelMap, dataset), options.LabelMap);
        var split = DatasetSplit.Create(dataset.ImageIds, (ulong)options.Seed);
        var known = options.TrainList is { } train ? ImageList.Read(train, dataset) : split.Train;
        var asked = options.TestList is { } test ? ImageList.Read(test, dataset) : split.Test;
        var survey = DatasetSurvey.Of(dataset, known.Concat(asked).Distinct(), new ImageLimits(), cancellation);
        var byId = survey.Images.ToDictionary(image => image.Image.Id, StringComparer.Ordinal);
        string[] remarks = [.. dataset.Remarks(), .. survey.Remarks];
        LabeledCrops Crops(IReadOnlyList<string> ids) => new([.. ids.Select(id => byId[id])], labels, options.CropSizePixels);
        using var scope = NewDisposeScope();
        var (backbone, shape) = BackboneCheckpoint.Load(WeightFile(options), log);
        manual_seed(options.Seed);
        using var random = new ResNet(shape);
        using var trained = backbone;
        var scores = new List<ProbeScores>();
        var counts = (0, 0);
        foreach (var network in new[] { random, trained })
        {
            network.to(device);
            RecalibrateBatchNorm(network, Crops(known), options.Workers, device, cancellation);
            var (features, classes) = Features(network, Crops(known), labels, options, device, cancellation);
            var (questions, answers) = Features(network, Crops(asked), labels, options, device, cancellation);
            var neighbors = NearestNeighbors.Classify(features, classes, questions, labels.Classes.Count);
            var linear = LinearProbe.Classify(features, classes, questions, labels.Classes.Count);
            scores.Add(new ProbeScores(
                NearestNeighbors: Accuracy(neighbors, answers),
                NearestNeighborsBalanced: Balanced(neighbors, answers),
                Linear: Accuracy(linear, answers),
                LinearBalanced: Balanced(linear, answers)));
            counts = ((int)classes.numel(), (int)answers.numel());
        }

        return new ProbeResult(scores[0], scores[1], counts.Item1, counts.Item2) { Remarks = remarks };
    }

    private static string WeightFile(ProbeOptions options) => WeightChoice.FileOf(options.Weights)
        ?? throw new UserErrorException("--weights none: random weights are measured in any case; name a backbone beside them.");

    private static void RecalibrateBatchNorm(ResNet network, LabeledCrops crops, int workers, Device device, CancellationToken cancellation)
    {
        using var _ = no_grad();
        network.train();
        foreach (var batch in crops.Batches(workers))
        {
            using var owned = batch;
            using var scope = NewDisposeScope();
            network.call(batch.Crops.to(device));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static (Tensor Features, Tensor Labels) Features(
        ResNet network, LabeledCrops crops, LabelMap map, ProbeOptions options, Device device, CancellationToken cancellation)
    {
        using var _ = no_grad();
        network.eval();
        var features = new List<Tensor>();
        var labels = new List<long>();
        foreach (var batch in crops.Batches(options.Workers))
        {
            using var owned = batch;
            using var scope = NewDisposeScope();
            features.Add(network.call(batch.Crops.to(device))[^1].mean([2, 3]).MoveToOuterDisposeScope());
            labels.AddRange(batch.Labels);
            cancellation.ThrowIfCancellationRequested();
        }

        return labels.Count > 0
            ? (cat(features), tensor(labels, dtype: int64, device: device))
            : throw new UserErrorException(
                $"{options.Data}: the images hold no object of {string.Join(", ", map.Classes)} of 8 pixels or more.");
    }

    private static double Accuracy(Tensor found, Tensor answers) => found.eq(answers).to(float64).mean().item<double>();

    private static double Balanced(Tensor found, Tensor answers)
    {
        using var scope = NewDisposeScope();
        var right = found.eq(answers).to(float64);
        var counts = answers.bincount(null, 0);
        var hits = answers.bincount(right, 0);
        var present = counts.gt(0);
        return (hits[present] / counts[present]).mean().item<double>();
    }
}
