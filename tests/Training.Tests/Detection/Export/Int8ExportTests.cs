using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Engine;
using Pipeline.Training.Tests.Onnx;

namespace Pipeline.Training.Tests.Detection.Export;

public sealed class Int8ExportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("int8-export").FullName;

    [Fact]
    public void An_export_in_int8_is_small_says_what_it_did_and_has_the_same_bytes_each_time()
    {
        using var detector = ExportedDetector.Create(ExportedDetector.Options("torchvision", "resnet18") with
        {
            FpnChannels = 64,
            BoxHeadChannels = 512,
            MinSizePixels = 96,
            MaxSizePixels = 160,
        });
        var images = Images(3);
        var steps = new List<TrainingProgress>();

        var inFloat = Export(detector, ModelPrecision.Fp32, []);
        var first = Export(detector, ModelPrecision.Int8, images, new Reports(steps));
        var second = Export(detector, ModelPrecision.Int8, images);

        var file = first.Manifest.Files[ModelDirectory.ModelFileName];
        Assert.Equal(file, second.Manifest.Files[ModelDirectory.ModelFileName]);
        Assert.InRange(file.SizeBytes / (double)inFloat.Manifest.Files[ModelDirectory.ModelFileName].SizeBytes, 0.2, 0.35);
        Assert.Equal(ModelPrecision.Int8, first.Manifest.Precision);
        Assert.Null(inFloat.Manifest.Quantization);
        var quantization = first.Manifest.Quantization!;
        Assert.Equal((3, "percentile 99.999", 31), (quantization.CalibrationImages, quantization.Method, quantization.Int8Layers));
        Assert.Equal(
            [
                new FloatLayer("rpn.head.cls_logits", "its results are scores and boxes", null),
                new FloatLayer("rpn.head.bbox_pred", "its results are scores and boxes", null),
                new FloatLayer("roi_heads.box_predictor.cls_score", "its results are scores and boxes", null),
                new FloatLayer("roi_heads.box_predictor.bbox_pred", "its results are scores and boxes", null),
            ],
            quantization.FloatLayers);
        Assert.Equal(Enumerable.Range(1, 6).Select(step => new TrainingProgress(step, 6, 0)), steps);
    }

    [Fact]
    public void Images_are_chosen_below_a_folder_the_same_ones_each_time()
    {
        var images = Images(130);

        var chosen = CalibrationSet.Choose(Path.Combine(folder, "frames"));

        Assert.Equal(CalibrationSet.Most, chosen.Count);
        Assert.Equal(chosen.Count, chosen.Distinct().Count());
        Assert.Subset(images.ToHashSet(), chosen.ToHashSet());
        Assert.NotEqual(images.Take(CalibrationSet.Most), chosen);
        Assert.Equal(chosen, CalibrationSet.Choose(Path.Combine(folder, "frames")));
        var list = Path.Combine(folder, "list.txt");
        File.WriteAllLines(list, images.Take(2).Reverse());
        Assert.Equal(images.Take(2), CalibrationSet.Choose(list));
    }

    [Fact]
    public void A_folder_without_images_and_one_that_is_missing_are_refused()
    {
        var empty = Directory.CreateDirectory(Path.Combine(folder, "empty")).FullName;

        Assert.StartsWith($"{empty}: there is no image", Assert.Throws<UserErrorException>(() => CalibrationSet.Choose(empty)).Message);
        Assert.Contains("gone", Assert.Throws<UserErrorException>(() => CalibrationSet.Choose(Path.Combine(folder, "gone"))).Message);
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_named_and_nothing_is_published()
    {
        using var detector = ExportedDetector.Create(ExportedDetector.Options("torchvision", "resnet18"));
        var broken = Path.Combine(folder, "broken.png");
        File.WriteAllText(broken, "no picture");

        var refusal = Assert.Throws<ImageException>(() => Export(detector, ModelPrecision.Int8, [broken]));

        Assert.Contains(broken, refusal.Message);
        Assert.False(Directory.Exists(Path.Combine(folder, "models", "street", "1")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string[] Images(int count)
    {
        var frames = Directory.CreateDirectory(Path.Combine(folder, "frames")).FullName;
        string[] files = [.. Enumerable.Range(0, count).Select(i => Path.Combine(frames, $"{i:D3}.png"))];
        for (var i = 0; i < count; i++)
        {
            File.WriteAllBytes(files[i], Png("abc"[i % 3].ToString()));
        }

        return files;
    }

    private static byte[] Png(string name)
    {
        using var image = RgbImage.Allocate(40, 30);
        FormulaPicture.Rgb(name, 30, 40).CopyTo(image.Pixels);
        return ImageEncoder.Png(image);
    }

    private ModelDirectory Export(FasterRcnn detector, string precision, IReadOnlyList<string> images, IProgress<TrainingProgress>? progress = null)
    {
        var options = new ExportOptions
        {
            RepositoryRoot = Path.Combine(folder, "models"),
            Name = "street",
            Labels = [.. Enumerable.Range(1, detector.NumClasses - 1).Select(label => $"class {label}")],
            Precision = precision,
            CalibrationImages = images,
        };
        return ModelDirectory.Open(DetectorExporter.Export(detector, options, control: new RunControl { Progress = progress }));
    }

    private sealed class Reports(List<TrainingProgress> steps) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => steps.Add(value);
    }
}
