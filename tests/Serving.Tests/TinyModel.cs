using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;
using TorchSharp;

namespace Pipeline.Serving.Tests;

/// <summary>An exported detector with random weights.</summary>
internal static class TinyModel
{
    public const string Name = "tiny";

    /// <summary>All the parts of a real detector, and few weights.</summary>
    public static DetectorOptions Options { get; } = new()
    {
        NumClasses = KittiClasses.Default.Count + 1,
        Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.125, BatchNorm = BatchNormMode.Train },
        FpnChannels = 16,
        BoxHeadChannels = 32,
        MinSizePixels = 96,
        MaxSizePixels = 320,
    };

    /// <returns>The folder of its version.</returns>
    public static string Export(string repository)
    {
        torch.manual_seed(1);
        using var detector = new FasterRcnn(Options);
        detector.eval();
        return DetectorExporter.Export(
            detector, new ExportOptions { RepositoryRoot = repository, Name = Name, Labels = KittiClasses.Default, MaxSidePixels = 4096 });
    }
}
