using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Publishing;

/// <summary>Exports a detector, and publishes the model only if it finds what the detector finds.</summary>
/// <param name="check">Compares the two.</param>
/// <param name="isForced">Publish the model even if they differ; its manifest then says so.</param>
internal sealed class CheckedExport(ParityCheck check, bool isForced)
{
    /// <param name="detector">The detector, in evaluation mode, on the CPU.</param>
    /// <param name="options">What to export, and where to.</param>
    /// <param name="control">Watches and ends the calibration of int8; null: nobody.</param>
    /// <returns>The version's directory, and what was compared.</returns>
    /// <exception cref="ParityException">The model differs by more than the tolerance, or does not run; nothing was published.</exception>
    /// <exception cref="Pipeline.Shared.UserErrorException">The name or version cannot be used, or the model is too large.</exception>
    public (string Folder, ParityTable Parity) Run(Detector detector, ExportOptions options, RunControl? control = null)
    {
        ParityTable? parity = null;
        ModelManifest Check(string staged, ModelManifest manifest)
        {
            parity = check.Run(detector, staged, manifest);
            return parity.Passed || isForced
                ? manifest with { Parity = parity }
                : throw new ParityException(
                    $"the exported model differs from its detector: {parity.Failure}. Nothing was published. "
                    + $"{Advice(manifest.Precision)}, or publish it all the same with --force.");
        }

        var folder = DetectorExporter.Export(detector, options, Check, control);
        return (folder, parity!);
    }

    private static string Advice(string precision) => precision switch
    {
        ModelPrecision.Int8 => "Calibrate with more images, or with images like those of the service, or choose fp16 or fp32",
        ModelPrecision.Fp16 => "Choose fp32",
        _ => "This is a defect of the export: report it with the image",
    };
}
