using System.CommandLine;
using System.Text.Json;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Protocols;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Commands;

/// <summary><c>detect</c>: detections of image files as JSON lines.</summary>
internal static class DetectCommand
{
    public static Command Create()
    {
        var images = new Argument<string[]>("image") { Arity = ArgumentArity.OneOrMore, Description = "Image files." };
        var model = new Option<string>("--model") { Required = true, Description = "A model's version: <repository>/<name>/<version>." };
        var threshold = new Option<double>("--threshold") { Description = "Leave out detections of a lower score." };
        var command = new Command("detect", "Prints the detections of images, one JSON line an image.\n\nExample:\n  pipeline-serve detect --model models/street/1 frame.png")
        {
            images, model, threshold,
        };
        command.SetAction(result =>
        {
            using var detector = DetectorModel.Load(result.GetValue(model)!);
            foreach (var path in result.GetValue(images)!)
            {
                using var image = ImageDecoder.DecodeFile(path);
                var found = detector.Detect([image])[0].Where(detection => detection.Score >= result.GetValue(threshold))
                    .Select(detection => new DetectedObject(detector.Manifest.Labels[detection.Label], detection.Score, [detection.Box.X1, detection.Box.Y1, detection.Box.X2, detection.Box.Y2]));
                Console.WriteLine(JsonSerializer.Serialize(new { image = path, detections = found }, JsonSerializerOptions.Web));
            }

            return 0;
        });
        return command;
    }
}
