using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Protocols.Detect;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Numbers;

namespace Pipeline.Serving.Commands;

/// <summary><c>detect</c>: detections of image files as JSON lines and, if wanted, as files.</summary>
/// <param name="log">The console's log.</param>
internal sealed partial class DetectCommand(ILogger<DetectCommand> log) : IProgramCommand
{
    private const string Description = """
        Prints the detections of images, one line of JSON per image.

        Examples:
          pipeline-serve detect --model models/street/1 frame.png --output detections
          pipeline-serve detect --model models/cells/1 --data cells --split val --output detections
        """;

    /// <inheritdoc />
    public Command Create()
    {
        var images = new Argument<string[]>("image") { Arity = ArgumentArity.ZeroOrMore, Description = "Image files." };
        var data = new Option<string?>("--data")
        {
            Description = "In place of files: labelled images of KITTI, COCO, VOC or YOLO; annotated images show their labels dashed.",
        };
        var format = FormatOption.Create();
        var split = new Option<string?>("--split")
        {
            Description = "With --data: a list of image ids, one per line, or the data set's own list train, val or test.",
        };
        var model = new Option<string>("--model") { Required = true, Description = "Version of a model: <repository>/<name>/<version>." };
        var threshold = NumberOption.Create("--threshold", new NumberRange<double>(0, 1), 0, "Omit detections with a lower score.");
        var output = new Option<string?>("--output") { Description = "Folder for the files of --formats." };
        var formats = new Option<string[]>("--formats")
        {
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => DetectionFiles.Formats,
            Description = "Files per image: json; kitti (<image>.txt, KITTI's result format); image (<image>.png, annotated).",
        };
        formats.AcceptOnlyFromAmong(DetectionFiles.Formats);
        var force = ForceOption.Create();
        var command = new Command("detect", Description)
        {
            images, data, format, split, model, threshold, output, formats, force,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var directory = ModelDirectory.Open(parsed.GetValue(model)!);
            var files = parsed.GetValue(output) is { } folder
                ? new DetectionFiles(folder, parsed.GetValue(formats)!, directory.Manifest.Labels, replace: parsed.GetValue(force))
                : null;
            var inputs = DetectionInput.Of(
                parsed.GetValue(images)!,
                parsed.GetValue(data),
                parsed.GetValue(format)!,
                parsed.GetValue(split),
                DetectorModel.LimitsOf(directory.Manifest));
            files?.Require(inputs, Directory.GetFiles(directory.Path));
            DetectAll(inputs, directory, parsed.GetValue(threshold), files, cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    private void DetectAll(
        IReadOnlyList<DetectionInput> inputs,
        ModelDirectory directory,
        double threshold,
        DetectionFiles? files,
        CancellationToken cancellation)
    {
        using var detector = DetectorModel.Load(directory);
        foreach (var input in inputs)
        {
            cancellation.ThrowIfCancellationRequested();
            Detect(input, detector, threshold, files);
        }
    }

    private void Detect(DetectionInput input, DetectorModel detector, double threshold, DetectionFiles? files)
    {
        var start = Stopwatch.GetTimestamp();
        using var image = ImageDecoder.DecodeFile(input.Path);
        Detection[] found = [.. detector.Detect([image])[0].Where(detection => detection.Score >= threshold)];
        var objects = found.Select(detection => DetectedObject.From(detection, detector.Manifest.Labels));
        var line = JsonSerializer.Serialize(new { image = input.Path, detections = objects }, JsonSerializerOptions.Web);
        Console.WriteLine(line);
        files?.Write(input, image, found, line);
        var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        LogDetected(input.Path, image.WidthPixels, image.HeightPixels, found.Length, milliseconds);
    }

    [LoggerMessage(LogLevel.Debug, "{Image}: {Width} x {Height} pixels, {Count} detections, {Milliseconds:F0} ms")]
    private partial void LogDetected(string image, int width, int height, int count, double milliseconds);
}
