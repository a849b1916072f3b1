using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Contrastive;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks;

/// <summary>The work of peers/pytorch_infomin.py and peers/pillow_views.py in our program: one JSON line a measurement.</summary>
internal static class ContrastivePeer
{
    private const int Views = 400, ViewRuns = 3;

    public static void Step(int batch, int runs, int threads)
    {
        set_num_threads(threads);
        manual_seed(1);
        using var scope = NewDisposeScope();
        var options = new ContrastiveOptions { Jigsaw = true };
        var shape = new ResNetOptions { BatchNorm = BatchNormMode.Train };
        using var query = ContrastiveModel.OfResNet(new ResNet(shape), options.Dimension, jigsaw: true);
        using var key = ContrastiveModel.OfResNet(new ResNet(shape), options.Dimension, jigsaw: true);
        MomentumEncoder.Copy(query, key);
        using var generator = new Generator(1);
        using var queue = FeatureQueue.Random(options.QueueSize, options.Dimension, generator, CPU);
        using var optimizer = optim.SGD(query.parameters(), 0.003, 0.9, weight_decay: 1e-4);
        var method = new InfoMin(options, query, key, queue, optimizer);
        using var images = new ContrastiveBatch(
            randn(batch, 3, 224, 224), randn(batch, 3, 224, 224), randn(JigsawHead.Patches * batch, 3, 64, 64),
            stack([.. Enumerable.Range(0, batch).Select(_ => randperm(JigsawHead.Patches))]));
        Print("infomin step", batch, threads, DetectorPeer.Time(runs, () =>
        {
            using var step = NewDisposeScope();
            method.Step(images);
        }));
    }

    public static void View(string path)
    {
        using var image = ImageDecoder.DecodeFile(path);
        var (views, random) = (new ViewAugmentation(new ViewOptions()), new RandomNumbers(1, "benchmark"));
        var view = new float[3 * 224 * 224];
        Print("view", 1, 1, DetectorPeer.Time(ViewRuns, () =>
        {
            for (var i = 0; i < Views; i++)
            {
                views.Draw(image.HeightPixels, image.WidthPixels, random).Render(image, view);
            }
        }), Views);
    }

    private static void Print(string what, int batch, int threads, List<double> times, double divisor = 1)
    {
        var measured = times.Skip(1).Order().ToArray();
        Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["peer"] = "pipeline",
            ["what"] = what,
            ["batch"] = batch,
            ["threads"] = threads,
            ["median_ms"] = measured[measured.Length / 2] / divisor,
            ["runs"] = measured.Length,
        }));
    }
}
