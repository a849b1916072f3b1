using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Experiments;

/// <summary>The whole job in small: what the demo draws, trains and measures.</summary>
public sealed record DemoOptions
{
    /// <summary>Folder for scenes, runs and the report.</summary>
    public string Output { get; init; } = Path.Combine("runs", "demo");

    /// <summary>The model repository that the better detector goes to.</summary>
    public string Models { get; init; } = "models";

    /// <summary>Name of the model.</summary>
    public string ModelName { get; init; } = "street";

    /// <summary>Seed of scenes and trainings.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Scenes without labels.</summary>
    public int UnlabelledScenes { get; init; } = 640;

    /// <summary>Scenes with labels to learn from.</summary>
    public int TrainScenes { get; init; } = 600;

    /// <summary>Scenes with labels to measure on.</summary>
    public int TestScenes { get; init; } = 80;

    /// <summary>Passes of the contrastive training.</summary>
    public int PretrainEpochs { get; init; } = 20;

    /// <summary>Passes of each fine-tuning.</summary>
    public int FinetuneEpochs { get; init; } = 6;

    /// <summary>The backbone of both trainings.</summary>
    public ResNetOptions Backbone { get; init; } = new() { Architecture = "resnet18", WidthMultiplier = 0.25, BatchNorm = BatchNormMode.Train };

    internal PretrainOptions Pretrain(string images, string output) => new()
    {
        Images = images,
        Output = output,
        Backbone = Backbone,
        Contrastive = new ContrastiveOptions { QueueSize = 512, KeySubBatches = 4 },
        Views = new ViewOptions { SizePixels = 64, JitterProbability = 0.5, Jitter = 0.2, JitterHue = 0.05, GrayscaleProbability = 0.1, BlurProbability = 0.2, RandAugmentCount = 0 },
        Epochs = PretrainEpochs,
        BatchSize = 32,
        LearningRate = 0.1,
        WeightDecay = 5e-4,
        Seed = Seed,
    };

    internal FinetuneOptions Finetune(string data, string output, IReadOnlyList<string> labels, string? backboneWeights) => new()
    {
        Data = data,
        TrainList = Path.Combine(data, "train.txt"),
        TestList = Path.Combine(data, "test.txt"),
        Output = output,
        Labels = labels,
        BackboneWeights = backboneWeights,
        Epochs = FinetuneEpochs,
        Milestones = [FinetuneEpochs - 2, FinetuneEpochs - 1],
        BatchSize = 4,
        LearningRate = 0.03,
        WarmupIterations = 50,
        ClipGradientNorm = 10,
        EvaluateEveryEpochs = 2,
        Seed = Seed,
        Detector = new DetectorOptions
        {
            Backbone = Backbone,
            FpnChannels = 48,
            BoxHeadChannels = 128,
            MinSizePixels = 112,
            MaxSizePixels = 336,
            AnchorSizes = [[8], [16], [32], [64], [128]],
            RpnPreNmsTopNTrain = 200,
            RpnPostNmsTopNTrain = 100,
            RpnPreNmsTopNTest = 200,
            RpnPostNmsTopNTest = 100,
            BoxBatchSizePerImage = 64,
        },
    };
}
