using Microsoft.ML.OnnxRuntime;
using Pipeline.Golden;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Backbones;
using Pipeline.Training.Configuration;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

public sealed class DetectorParityTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("onnx").FullName;

    [Theory]
    [InlineData("resnet50", 1.0, 1, 128, 427)]
    [InlineData("resnet18", 0.5, 4, 160, 540)]
    public void The_exported_detector_finds_what_the_torch_detector_finds_on_real_frames(
        string architecture, double width, int images, int minSize, int maxSize) =>
        EqualDetections(architecture, width, minSize, maxSize, 375, 1242, Frames(images));

    [Fact]
    public void The_exported_detector_finds_what_the_torch_detector_finds_on_synthetic_scenes()
    {
        byte[][] scenes = [.. Enumerable.Range(0, 4).Select(i =>
        {
            using var image = StreetScenes.Draw(new StreetSceneOptions(), i).Image;
            return image.Pixels.ToArray();
        })];

        EqualDetections("resnet18", 0.5, 128, 384, 128, 384, scenes);
    }

    [Theory]
    [InlineData(90, 60)]
    [InlineData(61, 61)]
    [InlineData(60, 60)]
    [InlineData(62, 80)]
    [InlineData(75, 50)]
    [InlineData(48, 96)]
    [InlineData(96, 96)]
    [InlineData(100, 41)]
    [InlineData(31, 87)]
    [InlineData(20, 100)]
    [InlineData(9, 100)]
    [InlineData(17, 100)]
    public void Portrait_square_and_small_images_agree(int height, int width) =>
        EqualDetections(
            "resnet18",
            0.5,
            96,
            200,
            height,
            width,
            [Picture("a", height, width), Picture("c", height, width), Picture("d", height, width)]);

    [Theory]
    [InlineData(900, 1, false)]
    [InlineData(900, 1, true)]
    [InlineData(1, 900, false)]
    [InlineData(1, 900, true)]
    [InlineData(1, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(4096, 2, false)]
    [InlineData(4096, 2, true)]
    [InlineData(2, 4096, false)]
    [InlineData(2, 4096, true)]
    [InlineData(3000, 2, false)]
    [InlineData(3000, 2, true)]
    public void I1_images_so_narrow_that_a_side_would_vanish_are_answered_alike(int height, int width, bool paper)
    {
        // Nearly every box counts and none is cut off: little is found in so few pixels.
        DetectorOptions Recipe(DetectorOptions sizes)
        {
            var options = paper ? Paper(sizes) : sizes;
            return options with { BoxScoreThresh = 0.001, BoxDetectionsPerImg = 1000 };
        }

        EqualDetections("resnet18", 0.5, 96, 200, height, width, [Picture("a", height, width), Picture("d", height, width)], Recipe);
    }

    [Theory]
    [InlineData("resnet50", 1.0, 1, 128, 427)]
    [InlineData("resnet18", 0.5, 3, 128, 427)]
    public void A_detector_of_the_preset_paper_agrees_on_real_frames(
        string architecture, double width, int images, int minSize, int maxSize) =>
        EqualDetections(architecture, width, minSize, maxSize, 375, 1242, Frames(images), Paper);

    [Theory]
    [InlineData(90, 60)]
    [InlineData(60, 60)]
    [InlineData(48, 96)]
    [InlineData(100, 41)]
    [InlineData(20, 100)]
    [InlineData(211, 83)]
    [InlineData(96, 200)]
    public void A_detector_of_the_preset_paper_agrees_on_images_that_grow_and_shrink(int height, int width) =>
        EqualDetections("resnet18", 0.5, 96, 200, height, width, [Picture("a", height, width), Picture("c", height, width)], Paper);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_box_for_all_classes_and_swapped_channels_agree(bool paper) =>
        EqualDetections(
            "resnet18", 0.5, 96, 200, 75, 110, [Picture("a", 75, 110), Picture("c", 75, 110)],
            options => (paper ? Paper(options) : options) with { ClassAgnosticBoxes = true, SwapRedAndBlue = true });

    [Theory]
    [InlineData(375, 1242, 800, 1333)]
    [InlineData(370, 1224, 480, 1333)]
    [InlineData(1080, 607, 800, 1333)]
    [InlineData(97, 53, 160, 200)]
    [InlineData(600, 600, 96, 200)]
    [InlineData(900, 1, 96, 200)]
    [InlineData(1, 16384, 96, 200)]
    public void The_antialiased_resize_of_the_graph_gives_Pillows_bytes_and_sizes(int height, int width, int minSize, int maxSize)
    {
        using var scope = NewDisposeScope();
        var options = new DetectorOptions
        {
            Resize = ImageResize.AntialiasedBytes,
            MinSizePixels = minSize,
            MaxSizePixels = maxSize,
            ImageMean = [0, 0, 0],
            ImageStd = [1 / 255.0, 1 / 255.0, 1 / 255.0],
        };
        var graph = new OnnxGraph();
        var batch = new DetectionTransform(options).Emit(graph, graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3));
        graph.Output("pixels", batch.Pixels, "N", 3, "h", "w");
        var path = Path.Combine(folder, "resize.onnx");
        graph.Save(path);
        using var session = new InferenceSession(path);
        var picture = Picture("a", height, width);
        using var input = OrtValue.CreateTensorValueFromMemory(picture, [1, height, width, 3]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["images"], [input], ["pixels"]);

        var expected = new DetectionTransform(options).Apply(
            [tensor(picture, dtype: uint8).reshape(height, width, 3).permute(2, 0, 1)]).Batch;
        Assert.Equal(expected.shape, outputs[0].GetTensorTypeAndShape().Shape);
        var ours = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        var reference = Numbers(expected);
        Assert.All(ours.Zip(reference), pair => Assert.Equal(pair.Second, pair.First, 1e-3));
    }

    [Fact]
    public void A_detector_that_finds_nothing_gives_empty_rows()
    {
        using var scope = NewDisposeScope();
        using var detector = Detector("resnet18", 0.25, 96, 200, scoreThreshold: 1);
        using var session = Session(detector);

        var result = Run(session, [new byte[3 * 40 * 60]], 40, 60);

        Assert.Equal(0, result.Count[0]);
        Assert.All(result.Labels, label => Assert.Equal(-1, label));
        Assert.All(result.Boxes.Concat(result.Scores), value => Assert.Equal(0, value));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void EqualDetections(
        string architecture,
        double width,
        int minSize,
        int maxSize,
        int imageHeight,
        int imageWidth,
        byte[][] images,
        Func<DetectorOptions, DetectorOptions>? recipe = null)
    {
        using var scope = NewDisposeScope();
        using var detector = Detector(architecture, width, minSize, maxSize, 0.05, recipe);
        using var session = Session(detector);
        var batch = Run(session, images, imageHeight, imageWidth);
        var found = 0;
        for (var i = 0; i < images.Length; i++)
        {
            var pixels = tensor(images[i], dtype: uint8).reshape(imageHeight, imageWidth, 3).permute(2, 0, 1);
            var expected = detector.Detect([pixels])[0];
            var reference = expected.Rows();
            found += reference.Count;
            Matched($"image {i} ({reference.Count} detections) alone", Run(session, [images[i]], imageHeight, imageWidth), 0, reference);
            Matched($"image {i} of the batch", batch, i, reference);
        }

        Assert.True(found > 0, "the comparison must not be of nothing with nothing");
    }

    /// <summary>The graph counts labels from 0, the detector from 1 behind the background.</summary>
    private static void Matched(string name, Detections actual, int image, DetectionRows reference)
    {
        var rows = actual.Labels.Length / actual.Count.Length;
        var first = image * rows;
        var count = (int)actual.Count[image];
        var ours = new DetectionRows(
            Boxes: [.. actual.Boxes.Skip(4 * first).Take(4 * count).Select(value => (double)value)],
            Scores: [.. actual.Scores.Skip(first).Take(count).Select(value => (double)value)],
            Labels: [.. actual.Labels.Skip(first).Take(count).Select(label => label + 1)]);
        DetectionMatch.Equal(name, ours, reference, boxes: new Tolerance(0.05), scores: new Tolerance(1e-4));
    }

    /// <summary>The recipe of the preset <c>paper</c>, in the sizes of the test.</summary>
    private static DetectorOptions Paper(DetectorOptions sizes)
    {
        var paper = new RunConfiguration<FinetuneOptions>()
            .Preset("finetune", "paper")
            .Option("test", "data", "d")
            .Option("test", "output", "o")
            .Build().Detector;
        return paper with
        {
            NumClasses = sizes.NumClasses,
            Backbone = sizes.Backbone,
            FpnChannels = sizes.FpnChannels,
            BoxHeadChannels = sizes.BoxHeadChannels,
            MinSizePixels = sizes.MinSizePixels,
            MaxSizePixels = sizes.MaxSizePixels,
            BoxScoreThresh = sizes.BoxScoreThresh,
            BoxDetectionsPerImg = 1000,   // none is cut off: the hundredth and the next may score alike
        };
    }

    private static FasterRcnn Detector(
        string architecture,
        double width,
        int minSize,
        int maxSize,
        double scoreThreshold,
        Func<DetectorOptions, DetectorOptions>? recipe = null)
    {
        var options = new DetectorOptions
        {
            NumClasses = 8,
            Backbone = new ResNetOptions
            {
                Architecture = architecture,
                WidthMultiplier = width,
                BatchNorm = architecture == "resnet50" ? BatchNormMode.Frozen : BatchNormMode.Train,
            },
            FpnChannels = architecture == "resnet50" ? 256 : 64,
            BoxHeadChannels = architecture == "resnet50" ? 1024 : 128,
            MinSizePixels = minSize,
            MaxSizePixels = maxSize,
            BoxScoreThresh = scoreThreshold,
        };
        var detector = new FasterRcnn(recipe?.Invoke(options) ?? options);
        GoldenTensors.LoadFormula(detector, "", "", new Dictionary<string, double[]>
        {
            ["roi_heads.box_predictor.cls_score.bias"] = [architecture == "resnet50" ? 2 : 7, .. Enumerable.Repeat(-0.5, 7)],
        });
        if (architecture != "resnet50")
        {
            // As the formula does for bn3: else every block doubles the activations, and rounding with them.
            using var _ = no_grad();
            foreach (
                var (name, parameter) in detector.named_parameters().Where(
                    entry => entry.name.EndsWith("bn2.weight", StringComparison.Ordinal)))
            {
                parameter.mul_(0.25);
            }
        }

        detector.eval();
        return detector;
    }

    private InferenceSession Session(FasterRcnn detector)
    {
        var path = Path.Combine(folder, "model.onnx");
        DetectorExporter.Graph(detector).Save(path);
        return new InferenceSession(path);
    }

    private static Detections Run(InferenceSession session, byte[][] images, int height, int width)
    {
        using var input = OrtValue.CreateTensorValueFromMemory<byte>(
            [.. images.SelectMany(image => image)], [images.Length, height, width, 3]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["images"], [input], ["boxes", "scores", "labels", "num_detections"]);
        return new Detections(
            outputs[0]
                .GetTensorDataAsSpan<float>()
                .ToArray(), outputs[1]
                .GetTensorDataAsSpan<float>()
                .ToArray(), outputs[2]
                .GetTensorDataAsSpan<long>()
                .ToArray(), outputs[3]
                .GetTensorDataAsSpan<long>()
                .ToArray());
    }

    /// <summary>The first real frames of 1242 × 375.</summary>
    private static byte[][] Frames(int count) =>
    [
        .. Directory.GetFiles(SharedData.Path("data/kitti-sample/training/image_2")).Order().Select(file => ImageDecoder.DecodeFile(file))
            .Where(image => image is { WidthPixels: 1242, HeightPixels: 375 }).Take(count).Select(image => image.Pixels.ToArray()),
    ];

    private static byte[] Picture(string name, int height, int width)
    {
        var planar = GoldenFormula.ImageBytes(name, height, width);
        return [.. Enumerable.Range(0, planar.Length).Select(i => planar[i % 3 * height * width + i / 3])];
    }

    private static float[] Numbers(Tensor tensor) => tensor.numel() == 0 ? [] : tensor.contiguous().data<float>().ToArray();

    private sealed record Detections(float[] Boxes, float[] Scores, long[] Labels, long[] Count);
}
