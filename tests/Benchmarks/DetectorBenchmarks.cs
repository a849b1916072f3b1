using BenchmarkDotNet.Attributes;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Detection.Training;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks;

/// <summary>
/// The detector of the preset <c>small</c> on 1242 × 375 scenes: one training step of two images, and one batch of four through ONNX
/// Runtime.
/// </summary>
public class DetectorBenchmark : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("benchmark").FullName;
    private FasterRcnn detector = null!;
    private optim.Optimizer optimizer = null!;
    private DetectorModel model = null!;
    private RgbImage[] images = [];
    private Tensor[] pixels = [];
    private DetectionTarget[] targets = [];

    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(2);
        var options = new LayeredConfiguration<FinetuneOptions>()
            .Preset("finetune", "small")
            .Option("benchmark", "data", "d")
            .Option("benchmark", "output", "o")
            .Build();
        detector = new FasterRcnn(options.Detector);
        detector.eval();
        model = DetectorModel.Load(
            DetectorExporter.Export(detector, new ExportOptions { RepositoryRoot = folder, Name = "small", Labels = KittiClasses.Default }),
            threads: 2);
        detector.train();
        optimizer = optim.SGD(detector.parameters(), 1e-4, 0.9);
        var scenes = Enumerable.Range(0, 4)
            .Select(i => StreetScenes.Draw(new StreetSceneOptions { WidthPixels = 1242, HeightPixels = 375 }, i))
            .ToArray();
        images = [.. scenes.Select(scene => scene.Image)];
        pixels = [
            .. images.Take(2).Select(
                image => tensor(image.Pixels.ToArray(), dtype: uint8).view(375, 1242, 3).permute(2, 0, 1).to(float32) / 255f)];
        targets = [.. scenes.Take(2).Select(scene => new DetectionTarget(
            tensor(scene.Objects.SelectMany(entry => new[] { entry.Box.X1, entry.Box.Y1, entry.Box.X2, entry.Box.Y2 }).ToArray())
                .view(-1, 4), ones(scene.Objects.Count, dtype: int64)))];
    }

    [Benchmark]
    public void TrainingStep()
    {
        using var scope = NewDisposeScope();
        var loss = detector.Losses(pixels, targets).Sum();
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
    }

    [Benchmark]
    public int OnnxRuntimeBatch() => model.Detect(images).Count;

    [GlobalCleanup]
    public void Dispose()
    {
        model.Dispose();
        detector.Dispose();
        optimizer.Dispose();
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        GC.SuppressFinalize(this);
    }
}
