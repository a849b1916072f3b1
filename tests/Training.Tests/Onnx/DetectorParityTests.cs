using Microsoft.ML.OnnxRuntime;
using Pipeline.Golden;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

/// <param name="pairs">Detectors and their exported models.</param>
public sealed class DetectorParityTests(DetectorPairs pairs) : IClassFixture<DetectorPairs>
{
    [Theory]
    [InlineData("resnet50", 1.0, 1, 128, 427)]
    [InlineData("resnet18", 0.5, 4, 160, 540)]
    public void The_exported_detector_finds_what_the_torch_detector_finds_on_real_frames(
        string architecture,
        double width,
        int images,
        int minSize,
        int maxSize) =>
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
        EqualDetections("resnet18", 0.5, 96, 200, height, width, Pictures("acd", height, width));

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
            var options = paper ? FormulaDetector.Paper(sizes) : sizes;
            return options with { BoxScoreThresh = 0.001, BoxDetectionsPerImg = 1000 };
        }

        EqualDetections("resnet18", 0.5, 96, 200, height, width, Pictures("ad", height, width), Recipe);
    }

    [Theory]
    [InlineData("resnet50", 1.0, 1, 128, 427)]
    [InlineData("resnet18", 0.5, 3, 128, 427)]
    public void A_detector_of_the_preset_paper_agrees_on_real_frames(
        string architecture,
        double width,
        int images,
        int minSize,
        int maxSize) =>
        EqualDetections(architecture, width, minSize, maxSize, 375, 1242, Frames(images), FormulaDetector.Paper);

    [Theory]
    [InlineData(90, 60)]
    [InlineData(60, 60)]
    [InlineData(48, 96)]
    [InlineData(100, 41)]
    [InlineData(20, 100)]
    [InlineData(211, 83)]
    [InlineData(96, 200)]
    public void A_detector_of_the_preset_paper_agrees_on_images_that_grow_and_shrink(int height, int width) =>
        EqualDetections("resnet18", 0.5, 96, 200, height, width, Pictures("ac", height, width), FormulaDetector.Paper);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_box_for_all_classes_and_swapped_channels_agree(bool paper) =>
        EqualDetections(
            "resnet18", 0.5, 96, 200, 75, 110, Pictures("ac", 75, 110),
            options => (paper ? FormulaDetector.Paper(options) : options) with { ClassAgnosticBoxes = true, SwapRedAndBlue = true });

    [Fact]
    public void A_detector_that_finds_nothing_gives_empty_rows()
    {
        var (_, session) = pairs.Of(FormulaDetector.Options("resnet18", 0.25, 96, 200, scoreThreshold: 1));

        var result = Run(session, [new byte[3 * 40 * 60]], 40, 60);

        Assert.Equal(0, result.Count[0]);
        Assert.All(result.Labels, label => Assert.Equal(-1, label));
        Assert.All(result.Boxes.Concat(result.Scores), value => Assert.Equal(0, value));
    }

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
        var options = FormulaDetector.Options(architecture, width, minSize, maxSize, scoreThreshold: 0.05);
        var (detector, session) = pairs.Of(recipe?.Invoke(options) ?? options);
        using var scope = NewDisposeScope();
        var batch = Run(session, images, imageHeight, imageWidth);
        var found = 0;
        for (var i = 0; i < images.Length; i++)
        {
            var pixels = tensor(images[i], dtype: uint8).reshape(imageHeight, imageWidth, 3).permute(2, 0, 1);
            var expected = detector.Detect([pixels])[0];
            var reference = expected.Rows();
            found += reference.Count;
            var alone = Run(session, [images[i]], imageHeight, imageWidth);
            Matched($"image {i} ({reference.Count} detections) alone", alone, 0, reference);
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

    private static Detections Run(InferenceSession session, byte[][] images, int height, int width)
    {
        byte[] pixels = [.. images.SelectMany(image => image)];
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [images.Length, height, width, 3]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["images"], [input], ["boxes", "scores", "labels", "num_detections"]);
        return new Detections(
            outputs[0].GetTensorDataAsSpan<float>().ToArray(),
            outputs[1].GetTensorDataAsSpan<float>().ToArray(),
            outputs[2].GetTensorDataAsSpan<long>().ToArray(),
            outputs[3].GetTensorDataAsSpan<long>().ToArray());
    }

    /// <summary>The first real frames of 1242 × 375.</summary>
    private static byte[][] Frames(int count) =>
    [
        .. Directory.GetFiles(SharedData.Path("data/kitti-sample/training/image_2")).Order().Select(file => ImageDecoder.DecodeFile(file))
            .Where(image => image is { WidthPixels: 1242, HeightPixels: 375 }).Take(count).Select(image => image.Pixels.ToArray()),
    ];

    private static byte[][] Pictures(string names, int height, int width) =>
        [.. names.Select(name => FormulaPicture.Rgb(name.ToString(), height, width))];

    private static float[] Numbers(Tensor tensor) => tensor.numel() == 0 ? [] : tensor.contiguous().data<float>().ToArray();

    private sealed record Detections(float[] Boxes, float[] Scores, long[] Labels, long[] Count);
}
