using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Files;
using Pipeline.Shared.Numbers;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Commands;

/// <summary><c>data synth</c>: draws street scenes.</summary>
/// <param name="log">The console's.</param>
internal sealed partial class SynthCommand(ILogger<SynthCommand> log) : IProgramCommand
{
    private const string DefaultFormat = "kitti";
    private const string Examples = """


        Examples:
          pipeline-train data synth --output scenes --count 200
          pipeline-train data synth --output scenes-coco --format coco
        """;

    /// <summary>Leaves enough indices after it for a million scenes.</summary>
    private const int LastScene = 2_000_000_000;
    private static readonly NumberRange<int> Seeds = new(0, int.MaxValue);

    /// <inheritdoc />
    public Command Create()
    {
        var defaults = new StreetSceneOptions();
        var output = new Option<string>("--output")
        {
            Required = true,
            Description = "The data set's folder; it must not exist, or be empty.",
        };
        var format = FormatOption.Target("--format", DefaultFormat);
        var count = NumberOption.Create("--count", new NumberRange<int>(1, 1_000_000), 200, "Images.");
        var first = NumberOption.Create(
            "--first",
            new NumberRange<int>(0, LastScene),
            0,
            "Index of the first scene in the sequence of the seed.");
        var width = NumberOption.Create("--width", new NumberRange<int>(64, 4096), defaults.WidthPixels, "In pixels.");
        var height = NumberOption.Create("--height", new NumberRange<int>(32, 4096), defaults.HeightPixels, "In pixels.");
        var seed = NumberOption.Create("--seed", Seeds, 0, "The same seed gives the same images.");
        var unlabeled = new Option<bool>("--unlabelled") { Description = "Images alone, for pretrain; they have no format." };
        var command = new Command("synth", "Draws street scenes as a data set." + Examples)
        {
            output, format, count, first, width, height, seed, unlabeled,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(unlabeled) && result.GetResult(format) is { Implicit: false })
            {
                result.AddError("--unlabelled writes images alone; leave out --format.");
            }
        });
        command.SetAction((result, cancellation) =>
        {
            var options = new StreetSceneOptions
            {
                WidthPixels = result.GetValue(width),
                HeightPixels = result.GetValue(height),
                Seed = result.GetValue(seed),
            };
            var folder = result.GetValue(output)!;
            var scenes = result.GetValue(count);
            var start = Stopwatch.GetTimestamp();
            StagedFolder.Write(folder, staged =>
            {
                if (result.GetValue(unlabeled))
                {
                    StreetSceneWriter.WriteImages(staged, options, result.GetValue(first), scenes, cancellation: cancellation);
                    return;
                }

                var dataset = new StreetSceneDataset(DatasetFormats.Named(result.GetValue(format)!), options);
                dataset.Write(staged, result.GetValue(first), scenes, cancellation: cancellation);
            });

            Console.WriteLine($"{scenes} images in {folder}");
            Drawn(scenes, Stopwatch.GetElapsedTime(start).TotalSeconds);
            return Task.FromResult(0);
        });
        return command;
    }

    [LoggerMessage(LogLevel.Debug, "{Scenes} images drawn in {Seconds:F1} s")]
    private partial void Drawn(int scenes, double seconds);
}
