using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>A detector of torchvision's own, imported and exported, finds in ONNX Runtime what torchvision finds.</summary>
public sealed class TorchvisionDetectorTests : IDisposable
{
    /// <summary>
    /// Saves torchvision's ResNet-50 detector with random weights, and prints what it finds in each batch. Its box head is narrow, as
    /// Debian's torch multiplies matrices slowly. Random residual blocks double their activations and random heads answer alike
    /// everywhere, so norms and heads are scaled until answers differ.
    /// </summary>
    private const string DetectWithTorchvision = """
        import json, sys, torch
        from torchvision.models.detection import fasterrcnn_resnet50_fpn
        from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
        checkpoint, classes, *batches = sys.argv[1:]
        torch.manual_seed(7)
        model = fasterrcnn_resnet50_fpn(
            weights=None, weights_backbone=None, num_classes=int(classes), min_size=128, max_size=213, rpn_post_nms_top_n_test=200)
        model.roi_heads.box_head = TwoMLPHead(256 * 7 * 7, 64)
        model.roi_heads.box_predictor = FastRCNNPredictor(64, int(classes))
        model.eval()
        def read(batch):
            file, count, height, width = batch.split(",")
            pixels = torch.frombuffer(bytearray(open(file, "rb").read()), dtype=torch.uint8)
            images = pixels.view(int(count), int(height), int(width), 3).permute(0, 3, 1, 2)
            return list(images.contiguous().float() / 255)
        batches = [read(batch) for batch in batches]
        with torch.no_grad():
            for name, parameter in model.backbone.body.named_buffers():
                if name.endswith("bn3.weight"):
                    parameter.fill_(0.25)
                if name.endswith("running_mean"):
                    parameter.uniform_(-0.1, 0.1)
            rpn, roi = model.rpn.head, model.roi_heads.box_predictor
            for heads in {rpn.cls_logits: 2.0, rpn.bbox_pred: 0.2}, {roi.cls_score: 2.0, roi.bbox_pred: 0.5}:
                seen = {head: [] for head in heads}
                hooks = [head.register_forward_hook(lambda head, given, output: seen[head].append(output.flatten())) for head in heads]
                model(batches[0][:1])
                for head, deviation in heads.items():
                    head.weight.mul_(deviation / torch.cat(seen[head]).std())
                for hook in hooks:
                    hook.remove()
            roi.cls_score.bias[0] += 4
            found = [[{key: value.tolist() for key, value in image.items()} for image in model(batch)] for batch in batches]
        torch.save(model.state_dict(), checkpoint)
        print(json.dumps(found))
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("torchvision").FullName;

    [Fact]
    public void An_imported_and_exported_detector_finds_what_torchvision_finds()
    {
        string[] labels = ["car", "van", "tram", "person"];
        Batch[] batches = [new(["a", "b"], Height: 120, Width: 200), new(["a"], Height: 300, Width: 170)];
        var checkpoint = Path.Combine(folder, "torchvision.pth");
        string[] inputs = [.. batches.Select(WritePixels)];

        var printed = DebianPython.RunTorch(DetectWithTorchvision, [checkpoint, $"{labels.Length + 1}", .. inputs]);

        var expected = JsonSerializer.Deserialize<TorchvisionDetections[][]>(printed, JsonSerializerOptions.Web)!;
        using var model = new ModelSession(ImportAndExport(checkpoint, labels));
        foreach (var (batch, found) in batches.Zip(expected))
        {
            var answer = model.Run(batch.Pictures(), batch.Height, batch.Width);
            for (var image = 0; image < found.Length; image++)
            {
                var reference = found[image].Rows();
                Assert.True(reference.Count > 0, "the comparison must not be of nothing with nothing");
                DetectionMatch.Equal(
                    $"{batch.Names[image]} of {batch.Names.Length}",
                    answer.Of(image),
                    reference,
                    boxes: new Tolerance(0.05),
                    scores: new Tolerance(1e-4));
            }
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string WritePixels(Batch batch, int index)
    {
        var file = Path.Combine(folder, $"{index}.rgb");
        File.WriteAllBytes(file, [.. batch.Pictures().SelectMany(picture => picture)]);
        return $"{file},{batch.Names.Length},{batch.Height},{batch.Width}";
    }

    private string ImportAndExport(string checkpoint, string[] labels)
    {
        var imported = Path.Combine(folder, "imported.safetensors");
        DetectorImport.Run(checkpoint, imported, labels);
        var loaded = DetectorCheckpoint.Load(imported);
        using var detector = WithSizes((FasterRcnn)loaded.Detector);
        var version = DetectorExporter.Export(
            detector, new ExportOptions { RepositoryRoot = folder, Name = "torchvision", Labels = loaded.Labels });
        return Path.Combine(version, ModelDirectory.ModelFileName);
    }

    /// <summary>The sizes and limits that torchvision's constructor was given: they are not in its weights.</summary>
    private static FasterRcnn WithSizes(FasterRcnn imported)
    {
        var options = imported.Options with { MinSizePixels = 128, MaxSizePixels = 213, RpnPostNmsTopNTest = 200 };
        var detector = new FasterRcnn(options);
        using var _ = no_grad();
        foreach (var (to, from) in StateDict.InOrder(detector).Zip(StateDict.InOrder(imported)))
        {
            to.Value.copy_(from.Value);
        }

        imported.Dispose();
        detector.eval();
        return detector;
    }

    private sealed record Batch(string[] Names, int Height, int Width)
    {
        public byte[][] Pictures() => [.. Names.Select(name => FormulaPicture.Rgb(name, Height, Width))];
    }

    /// <summary>What torchvision finds in an image; labels from 1.</summary>
    private sealed record TorchvisionDetections(double[][] Boxes, long[] Labels, double[] Scores)
    {
        public DetectionRows Rows() => new([.. Boxes.SelectMany(box => box)], Scores, Labels);
    }
}
