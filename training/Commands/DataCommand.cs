using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Files;
using Pipeline.Shared.Numbers;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Commands;

/// <summary><c>data</c>: makes and divides data sets.</summary>
/// <param name="split">The command that divides.</param>
/// <param name="nuImages">The command of that data set.</param>
/// <param name="log">The console's.</param>
internal sealed partial class DataCommand(SplitCommand split, NuImagesCommand nuImages, ILogger<DataCommand> log) : IProgramCommand
{
    /// <summary>Leaves enough indices after it for a million scenes.</summary>
    private const int LastScene = 2_000_000_000;
    private static readonly NumberRange<int> Seeds = new(0, int.MaxValue);

    /// <inheritdoc />
    public Command Create() => new("data", "Makes and divides data sets.") { Synth(), split.Create(), Check(), nuImages.Create() };

    private Command Synth()
    {
        var defaults = new StreetSceneOptions();
        var output = new Option<string>("--output")
        {
            Required = true,
            Description = "The data set's folder; it must not exist, or be empty.",
        };
        var count = NumberOption.Create("--count", new NumberRange<int>(1, 1_000_000), 200, "Frames.");
        var first = NumberOption.Create(
            "--first",
            new NumberRange<int>(0, LastScene),
            0,
            "Index of the first scene in the sequence of the seed.");
        var width = NumberOption.Create("--width", new NumberRange<int>(64, 4096), defaults.WidthPixels, "In pixels.");
        var height = NumberOption.Create("--height", new NumberRange<int>(32, 4096), defaults.HeightPixels, "In pixels.");
        var seed = NumberOption.Create("--seed", Seeds, 0, "The same seed gives the same frames.");
        var unlabeled = new Option<bool>("--unlabelled") { Description = "Images alone, for pretrain." };
        var command = new Command(
            "synth", "Draws street scenes in KITTI's layout.\n\nExample:\n  pipeline-train data synth --output scenes --count 200")
        {
            output, count, first, width, height, seed, unlabeled,
        };
        command.SetAction((result, cancellation) =>
        {
            var options = new StreetSceneOptions
            {
                WidthPixels = result.GetValue(width),
                HeightPixels = result.GetValue(height),
                Seed = result.GetValue(seed),
            };
            var folder = result.GetValue(output)!;
            var frames = result.GetValue(count);
            var start = Stopwatch.GetTimestamp();
            StagedFolder.Write(folder, staged =>
            {
                if (result.GetValue(unlabeled))
                {
                    StreetSceneWriter.WriteImages(staged, options, result.GetValue(first), frames, cancellation: cancellation);
                }
                else
                {
                    StreetSceneWriter.WriteKitti(staged, options, result.GetValue(first), frames, cancellation: cancellation);
                }
            });

            Console.WriteLine($"{frames} frames in {folder}");
            Drawn(frames, Stopwatch.GetElapsedTime(start).TotalSeconds);
            return Task.FromResult(0);
        });
        return command;
    }

    [LoggerMessage(LogLevel.Debug, "{Frames} frames drawn in {Seconds:F1} s")]
    private partial void Drawn(int frames, double seconds);

    private static Command Check()
    {
        const int HasDefects = 2;
        var data = new Option<string>("--data") { Required = true, Description = FormatOption.DataDescription };
        var format = FormatOption.Create();
        var lists = new Option<string[]>("--lists")
        {
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
            Description = "Lists of images, as those of a split; no image may appear in two.",
        };
        var labelsOnly = new Option<bool>("--labels-only") { Description = "Do not decode the images." };
        var command = new Command(
            "check",
            "Reports every defect of a data set with file and line, and counts its objects.\n\nExample:\n"
            + "  pipeline-train data check --data kitti --lists splits/train.txt splits/test.txt")
        {
            data, format, lists, labelsOnly,
        };
        command.SetAction((result, cancellation) =>
        {
            var report = DatasetCheck.Run(
                Dataset.OpenWithErrors(result.GetValue(data)!, result.GetValue(format)!),
                result.GetValue(lists)!,
                !result.GetValue(labelsOnly),
                cancellation: cancellation);
            foreach (var (type, count) in report.Objects)
            {
                Console.WriteLine($"{type,-16} {count,7}");
            }

            foreach (var finding in report.Findings)
            {
                Console.Error.WriteLine(finding);
            }

            Console.WriteLine($"{report.Images} images, {report.Objects.Values.Sum()} objects, {report.Findings.Count} defects");
            return Task.FromResult(report.Findings.Count == 0 ? 0 : HasDefects);
        });
        return command;
    }
}
