using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Numbers;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Export;

namespace Pipeline.Training.Commands;

/// <summary><c>export</c>: a checkpoint as a version of a model.</summary>
/// <param name="log">The console's.</param>
internal sealed partial class ExportCommand(ILogger<ExportCommand> log) : IProgramCommand
{
    /// <inheritdoc />
    public Command Create()
    {
        var checkpoint = new Option<string>("--checkpoint") { Required = true, Description = "A detector's .safetensors file." };
        var output = new Option<string>("--output") { DefaultValueFactory = _ => "models", Description = "The model repository." };
        var name = new Option<string>("--name")
        {
            DefaultValueFactory = _ => "detector",
            Description = "The model's name in the repository.",
        };
        var version = NumberOption.Optional("--version", new NumberRange<int>(1, int.MaxValue), "The version; the next one when omitted.");
        var defaultSide = new ImageLimits().MaxDimensionPixels;
        var side = NumberOption.Create(
            "--max-side-pixels",
            new NumberRange<int>(32, defaultSide),
            defaultSide,
            "Longest side of an image that the model takes.");
        var command = new Command(
            "export",
            "Writes a detector as one ONNX file with its manifest: <output>/<name>/<version>.\n\nExample:\n"
            + "  pipeline-train export --checkpoint detector.safetensors --output models --name street")
        {
            checkpoint, output, name, version, side,
        };
        command.SetAction(result =>
        {
            var path = result.GetValue(checkpoint)!;
            ModelDirectory.RequirePublishable(result.GetValue(output)!, result.GetValue(name)!, result.GetValue(version));
            var start = Stopwatch.GetTimestamp();
            var loaded = DetectorCheckpoint.Load(path);
            using (loaded.Detector)
            {
                Loaded(path, loaded.Labels.Count, Stopwatch.GetElapsedTime(start).TotalSeconds);
                Console.WriteLine(DetectorExporter.Export(loaded.Detector, new ExportOptions
                {
                    RepositoryRoot = result.GetValue(output)!,
                    Name = result.GetValue(name)!,
                    Version = result.GetValue(version),
                    MaxSidePixels = result.GetValue(side),
                    Labels = loaded.Labels,
                    LabelMap = loaded.LabelMap,
                    Leak = loaded.Origin.Leak,
                    CheckpointPath = path,
                }));
                Exported(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            return 0;
        });
        return command;
    }

    [LoggerMessage(LogLevel.Debug, "{Checkpoint}: a detector of {Classes} classes, loaded after {Seconds:F1} s")]
    private partial void Loaded(string checkpoint, int classes, double seconds);

    [LoggerMessage(LogLevel.Debug, "exported after {Seconds:F1} s")]
    private partial void Exported(double seconds);
}
