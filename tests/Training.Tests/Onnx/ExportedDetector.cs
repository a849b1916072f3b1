using Pipeline.Shared.Configuration;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>Detectors with all the parts of a real one and few weights.</summary>
internal static class ExportedDetector
{
    /// <param name="preset">Whose recipe it has: <c>torchvision</c> or <c>paper</c>.</param>
    /// <param name="architecture">Of the backbone.</param>
    public static DetectorOptions Options(string preset, string architecture = "resnet50")
    {
        var recipe = new LayeredConfiguration<FinetuneOptions>()
            .Preset("finetune", preset)
            .Option("test", "data", "d")
            .Option("test", "output", "o")
            .Build()
            .Detector;
        return recipe with
        {
            Backbone = new ResNetOptions { Architecture = architecture, WidthMultiplier = 0.0625 },
            FpnChannels = 16,
            BoxHeadChannels = 32,
        };
    }

    /// <summary>With random weights that are the same each time.</summary>
    public static FasterRcnn Create(DetectorOptions options)
    {
        TorchSharp.torch.manual_seed(1);
        var detector = new FasterRcnn(options);
        detector.eval();
        return detector;
    }
}
