using Microsoft.ML.OnnxRuntime;
using Pipeline.Golden;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Passes;
using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>Whole detectors with Winograd's products beside the same without.</summary>
public sealed class WinogradDetectorTests : IDisposable
{
    private const string NchwcDomain = "com.microsoft.nchwc";

    private readonly string folder = Directory.CreateTempSubdirectory("winograd").FullName;

    /// <summary>Every 3×3 convolution with at least 16 channels, those of the backbone's first two stages too.</summary>
    [Theory]
    [InlineData(false, false, 75, 110)]
    [InlineData(true, false, 100, 41)]
    [InlineData(true, true, 61, 61)]
    public void A_detector_finds_the_same_with_products_as_without(bool paper, bool classAgnostic, int height, int width)
    {
        DetectorOptions Recipe(DetectorOptions sizes) =>
            (paper ? FormulaDetector.Paper(sizes) : sizes) with { ClassAgnosticBoxes = classAgnostic };
        using var scope = NewDisposeScope();
        using var detector = FormulaDetector.Create("resnet18", 0.25, 96, 200, 0.05, Recipe);
        byte[] pixels = [.. "ac".SelectMany(name => FormulaPicture.Rgb(name.ToString(), height, width))];

        var direct = Detect(DetectorExporter.Graph(detector), pixels, height, width);
        var products = Detect(
            DetectorExporter.Graph(detector, new WinogradConvolution(32, minChannels: 16)), pixels, height, width);

        Assert.Contains(direct, image => image.Count > 0);
        for (var image = 0; image < direct.Length; image++)
        {
            DetectionMatch.Equal($"image {image}", products[image], direct[image], new Tolerance(0.01), new Tolerance(1e-4));
        }
    }

    [Theory]
    [InlineData("torchvision")]
    [InlineData("paper")]
    public void Pyramid_and_proposal_head_become_products_on_the_two_largest_maps(string preset)
    {
        using var detector = ExportedDetector.Create(ExportedDetector.Options(preset) with { FpnChannels = 256 });
        var graph = DetectorExporter.Graph(detector, new WinogradConvolution(DetectionTransform.SizeDivisiblePixels));

        Assert.Equal(4, graph.Nodes.Count(node => node.OpType == "DepthToSpace"));
        Assert.Equal(3, graph.Nodes.Count(node => node.OpType == "Split"));   // the proposal head's weight is one
        var check = GraphChecker.Check(graph.ToModel());
        Assert.Empty(check.Defects);
        var inferred = check.Values.Select(value => KeyValuePair.Create(value.Key, value.Value.Type));
        Assert.Equal(graph.Types.OrderBy(type => type.Key), inferred.OrderBy(type => type.Key));
    }

    [Fact]
    public void Networks_of_few_channels_stay_as_they_are()
    {
        using var detector = ExportedDetector.Create(ExportedDetector.Options("torchvision") with { FpnChannels = 128 });

        var graph = DetectorExporter.Graph(detector, new WinogradConvolution(DetectionTransform.SizeDivisiblePixels));

        Assert.Equal(DetectorExporter.Graph(detector).ToModel(), graph.ToModel());
    }

    [Fact]
    public void Transformed_weights_are_computed_when_the_model_is_loaded_and_every_convolution_runs_in_blocks()
    {
        using var detector = ExportedDetector.Create(Wide());
        var path = Path.Combine(folder, "model.onnx");
        DetectorExporter.Graph(detector, new WinogradConvolution(DetectionTransform.SizeDivisiblePixels)).Save(path);
        var optimized = Path.Combine(folder, "optimized.onnx");
        using (var options = new SessionOptions { OptimizedModelFilePath = optimized })
        {
            options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;   // it warns that the file is for this processor alone
            new InferenceSession(path, options).Dispose();
        }

        var graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(optimized)).Graph;

        var convolutions = graph.Node.Where(node => node.OpType.EndsWith("Conv", StringComparison.Ordinal)).ToArray();
        Assert.True(convolutions.Length > 4 * 78, $"{convolutions.Length} convolutions");
        Assert.All(convolutions, node => Assert.Equal((NchwcDomain, node.Name), (node.Domain, node.Name)));
        Assert.Equal(4, graph.Node.Count(node => node.OpType == "MatMul"));   // those that place the results
        var constants = graph.Initializer.Select(tensor => tensor.Name).ToHashSet();
        Assert.DoesNotContain(graph.Node, node => node.OpType == "Split" && constants.Contains(node.Input[0]));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void The_manifest_says_whether_products_are_used_and_the_file_stays_as_large_as_without(bool? winograd, bool expected)
    {
        using var detector = ExportedDetector.Create(Wide());
        var options = new ExportOptions { RepositoryRoot = folder, Name = "wide", Labels = [.. Labels()] };

        var version = DetectorExporter.Export(detector, options with { Winograd = winograd });

        Assert.Equal(expected, ModelDirectory.ReadManifest(version).Winograd);
        var file = new FileInfo(Path.Combine(version, ModelDirectory.ModelFileName));
        var direct = DetectorExporter.Graph(detector).ToModel().CalculateSize();
        Assert.InRange(file.Length, expected ? direct + 1 : direct, direct * 1.02);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Channels of a real detector's pyramid, and of the backbone as few as ONNX Runtime keeps in blocks.</summary>
    private static DetectorOptions Wide()
    {
        var options = ExportedDetector.Options("torchvision", "resnet18");
        return options with { FpnChannels = 256, Backbone = options.Backbone with { WidthMultiplier = 0.25 } };
    }

    private static IEnumerable<string> Labels() => Enumerable.Range(1, new DetectorOptions().NumClasses - 1).Select(i => $"class{i}");

    private DetectionRows[] Detect(OnnxGraph graph, byte[] pixels, int height, int width)
    {
        var path = Path.Combine(folder, "detector.onnx");
        graph.Save(path);
        using var session = new InferenceSession(path);
        var images = pixels.Length / (height * width * 3);
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [images, height, width, 3]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["images"], [input], ["boxes", "scores", "labels", "num_detections"]);
        var boxes = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        var scores = outputs[1].GetTensorDataAsSpan<float>().ToArray();
        var labels = outputs[2].GetTensorDataAsSpan<long>().ToArray();
        var counts = outputs[3].GetTensorDataAsSpan<long>().ToArray();
        var rows = labels.Length / images;
        DetectionRows Image(int image)
        {
            var first = image * rows;
            var count = (int)counts[image];
            return new DetectionRows(
                Boxes: [.. boxes.Skip(4 * first).Take(4 * count).Select(value => (double)value)],
                Scores: [.. scores.Skip(first).Take(count).Select(value => (double)value)],
                Labels: [.. labels.Skip(first).Take(count)]);
        }

        return [.. Enumerable.Range(0, images).Select(Image)];
    }
}
