using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection.Export;

namespace Pipeline.Benchmarks.Models;

/// <summary>The detector of the peer comparison, ResNet-50-FPN with the formula's weights, exported in every precision.</summary>
internal static class PeerModels
{
    private const string Name = "resnet50";

    /// <param name="repository">Where <c>resnet50/1</c> and the following versions are written.</param>
    /// <param name="calibration">A folder of images for int8.</param>
    public static void Write(string repository, string calibration)
    {
        using var detector = DetectorPeer.Detector();
        detector.eval();
        var fp32 = new ExportOptions
        {
            RepositoryRoot = repository,
            Name = Name,
            Labels = [.. Enumerable.Range(1, detector.NumClasses - 1).Select(index => $"class{index}")],
        };
        ExportOptions[] exports =
        [
            fp32 with { Winograd = false },
            fp32 with { Winograd = true },
            fp32 with { Precision = ModelPrecision.Fp16 },
            fp32 with { Precision = ModelPrecision.Int8, CalibrationImages = CalibrationSet.Choose(calibration) },
        ];
        foreach (var export in exports)
        {
            Console.WriteLine(DetectorExporter.Export(detector, export));
        }
    }
}
