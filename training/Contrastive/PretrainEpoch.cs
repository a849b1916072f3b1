namespace Pipeline.Training.Contrastive;

/// <summary>The numbers of an epoch: means over its steps where nothing else is said.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Steps">Steps done, over the whole run.</param>
/// <param name="Loss">What was minimized.</param>
/// <param name="JigsawLoss">InfoNCE of the jigsaw branch; null without it.</param>
/// <param name="Top1">Share of the queries whose positive scored highest, 0..1.</param>
/// <param name="FeatureStd">
/// Standard deviation of the unit vectors' elements over the last batch; near 0 the features have collapsed.
/// </param>
/// <param name="QueueAgeSteps">Steps since the queue's oldest key was computed.</param>
/// <param name="LearningRate">Of the epoch.</param>
/// <param name="ImagesPerSecond">Speed.</param>
/// <param name="Seconds">Time of the epoch.</param>
public sealed record PretrainEpoch(
    int Epoch,
    long Steps,
    double Loss,
    double? JigsawLoss,
    double Top1,
    double FeatureStd,
    double QueueAgeSteps,
    double LearningRate,
    double ImagesPerSecond,
    double Seconds);

/// <param name="BackbonePath">The trained backbone.</param>
/// <param name="Epochs">Numbers of every epoch.</param>
/// <param name="SkippedImages">Images that could not be read.</param>
public sealed record PretrainResult(string BackbonePath, IReadOnlyList<PretrainEpoch> Epochs, int SkippedImages);
