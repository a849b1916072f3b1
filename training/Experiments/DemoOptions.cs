using System.Text.Json.Serialization;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Experiments;

/// <summary>The whole job in small: what the demo draws, trains and measures.</summary>
public sealed record DemoOptions
{
    private const string Preset = "demo";

    /// <summary>Folder for scenes, runs and the report.</summary>
    public string Output { get; init; } = Path.Combine("runs", "demo");

    /// <summary>The model repository that the better detector goes to.</summary>
    public string Models { get; init; } = "models";

    /// <summary>Name of the model.</summary>
    public string ModelName { get; init; } = "street";

    /// <summary>Seed of scenes and trainings.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Scenes without labels.</summary>
    [JsonPropertyName("unlabelledScenes")] public int UnlabeledScenes { get; init; } = 640;

    /// <summary>Scenes with labels to learn from.</summary>
    public int TrainScenes { get; init; } = 600;

    /// <summary>Scenes with labels to measure on.</summary>
    public int TestScenes { get; init; } = 80;

    /// <summary>Passes of the contrastive training.</summary>
    public int PretrainEpochs { get; init; } = 40;

    /// <summary>Passes of each fine-tuning.</summary>
    public int FinetuneEpochs { get; init; } = 6;

    internal PretrainOptions Pretrain(string images, string output) => new LayeredConfiguration<PretrainOptions>()
        .Preset("pretrain", Preset)
        .Option(nameof(DemoOptions), "images", images)
        .Option(nameof(DemoOptions), "output", output)
        .Option(nameof(DemoOptions), "epochs", PretrainEpochs)
        .Option(nameof(DemoOptions), "seed", Seed)
        .Build();

    internal FinetuneOptions Finetune(string data, string output, string? backboneWeights) =>
        new LayeredConfiguration<FinetuneOptions>().Preset("finetune", Preset)
        .Option(nameof(DemoOptions), "data", data)
        .Option(nameof(DemoOptions), "trainList", Path.Combine(data, "train.txt"))
        .Option(nameof(DemoOptions), "testList", Path.Combine(data, "test.txt"))
        .Option(nameof(DemoOptions), "output", output)
        .Option(nameof(DemoOptions), "backboneWeights", backboneWeights)
        .Option(nameof(DemoOptions), "epochs", FinetuneEpochs)
        .Option(nameof(DemoOptions), "seed", Seed)
        .Build();
}
