using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Engine;

/// <summary>A training of a detector that takes about a second.</summary>
internal static class TinyFinetune
{
    public static DetectorOptions Detector { get; } = new()
    {
        NumClasses = 8,
        Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.125, BatchNorm = BatchNormMode.Train },
        FpnChannels = 8,
        BoxHeadChannels = 16,
        MinSizePixels = 64,
        MaxSizePixels = 200,
        RpnPreNmsTopNTrain = 100,
        RpnPostNmsTopNTrain = 50,
        RpnPreNmsTopNTest = 100,
        RpnPostNmsTopNTest = 50,
    };

    public static FinetuneOptions Options(string data, string output) => new()
    {
        Data = data,
        Output = output,
        Epochs = 1,
        BatchSize = 4,
        Detector = Detector,
    };
}
