using System.CommandLine;
using System.Text.Json;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Protocols;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Kitti;

namespace Pipeline.Serving.Commands;

/// <summary><c>detect</c>: detections of image files as JSON lines, and as files if wanted.</summary>
internal static class DetectCommand
{
    public static Command Create()
    {
        var images = new Argument<string[]>("image") { Arity = ArgumentArity.OneOrMore, Description = "Image files." };
        var model = new Option<string>("--model") { Required = true, Description = "A model's version: <repository>/<name>/<version>." };
        var threshold = new Option<double>("--threshold") { Description = "Leave out detections of a lower score." };
        var output = new Option<string?>("--output") { Description = "Folder for <image>.json, <image>.txt (KITTI's result format) and <image>.png (annotated)." };
        var command = new Command("detect", "Prints the detections of images, one JSON line an image.\n\nExample:\n  pipeline-serve detect --model models/street/1 frame.png --output detections")
        {
            images, model, threshold, output,
        };
        command.SetAction((result, cancellation) =>
        {
            var paths = result.GetValue(images)!;
            if (result.GetValue(output) is not null && paths.GroupBy(Path.GetFileNameWithoutExtension).FirstOrDefault(group => group.Count() > 1) is { } twice)
            {
                throw new UserErrorException($"--output: two images are called '{twice.Key}'; run them one after the other into folders of their own.");
            }

            using var detector = DetectorModel.Load(result.GetValue(model)!);
            foreach (var path in paths)
            {
                cancellation.ThrowIfCancellationRequested();
                using var image = ImageDecoder.DecodeFile(path);
                Detection[] found = [.. detector.Detect([image])[0].Where(detection => detection.Score >= result.GetValue(threshold))];
                var line = JsonSerializer.Serialize(new { image = path, detections = found.Select(detection => DetectedObject.From(detection, detector.Manifest.Labels)) }, JsonSerializerOptions.Web);
                Console.WriteLine(line);
                if (result.GetValue(output) is { } folder)
                {
                    Write(Path.Combine(folder, Path.GetFileNameWithoutExtension(path)), image, found, detector.Manifest.Labels, line);
                }
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static void Write(string front, RgbImage image, Detection[] found, IReadOnlyList<string> labels, string line)
    {
        AtomicFile.WriteText(front + ".json", line + "\n");
        KittiResultFile.Write(front + ".txt", found, labels);
        using var painted = DetectionPainter.Paint(image, found, labels);
        AtomicFile.Write(front + ".png", ImageEncoder.Png(painted));
    }
}
