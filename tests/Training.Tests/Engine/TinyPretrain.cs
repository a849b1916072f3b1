using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Contrastive;

namespace Pipeline.Training.Tests.Engine;

/// <summary>A contrastive training that takes about a second.</summary>
internal static class TinyPretrain
{
    public static PretrainOptions Options(string images, string output) => new()
    {
        Images = images,
        Output = output,
        Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train },
        Contrastive = new ContrastiveOptions { QueueSize = 16, Dimension = 8 },
        Views = new ViewOptions { SizePixels = 32 },
        Epochs = 2,
        BatchSize = 4,
    };
}
