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
        var method = new InfoMin(options, query, key, queue);
        using var images = new ContrastiveBatch(
            randn(batch, 3, 224, 224), randn(batch, 3, 224, 224), randn(JigsawHead.Patches * batch, 3, 64, 64),
            stack([.. Enumerable.Range(0, batch).Select(_ => randperm(JigsawHead.Patches))]));
        Print("infomin step", batch, threads, DetectorPeer.Time(runs, () =>
        {
            using var step = NewDisposeScope();
            method.BeginStep();
            optimizer.zero_grad();
            var pass = method.Forward(images);
            pass.Total.backward();
            optimizer.step();
            method.AfterStep(pass.Key);
        }));
    }

    /// <summary>Where a step's time goes: its parts one after the other, as <see cref="InfoMin"/> calls them.</summary>
    public static void Parts(int batch, int runs, int threads)
    {
        set_num_threads(threads);
        manual_seed(1);
        var options = new ContrastiveOptions();
        var shape = new ResNetOptions { BatchNorm = BatchNormMode.Train };
        using var query = ContrastiveModel.OfResNet(new ResNet(shape), options.Dimension, jigsaw: true);
        using var key = ContrastiveModel.OfResNet(new ResNet(shape), options.Dimension, jigsaw: true);
        MomentumEncoder.Copy(query, key);
        using var generator = new Generator(1);
        using var queue = FeatureQueue.Random(options.QueueSize, options.Dimension, generator, CPU);
        using var optimizer = optim.SGD(query.parameters(), 0.003, 0.9, weight_decay: 1e-4);
        using var images = randn(batch, 3, 224, 224);
        using var patches = randn(JigsawHead.Patches * batch, 3, 64, 64);
        using var order = stack([.. Enumerable.Range(0, batch).Select(_ => randperm(JigsawHead.Patches))]);
        var seconds = new Dictionary<string, double>();
        for (var run = 0; run <= runs; run++)
        {
            using var step = NewDisposeScope();
            T Part<T>(string name, Func<T> work)
            {
                var start = System.Diagnostics.Stopwatch.GetTimestamp();
                var result = work();
                seconds[name] = seconds.GetValueOrDefault(name)
                    + (run == 0 ? 0 : System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds / runs);
                return result;
            }

            var keys = Part("keys, forward", () =>
            {
                using var _ = no_grad();
                return key.Project(images);
            });
            var plain = Part("views, forward", () => query.Project(images));
            var shuffled = Part("patches, forward", () => query.ProjectJigsaw(patches, order));
            Tensor Loss(Tensor features) => InfoNce.Loss(InfoNce.Logits(features, keys, queue.Rows, options.Temperature));
            var (loss, jigsawLoss) = Part("losses", () => (Loss(plain), Loss(shuffled)));
            optimizer.zero_grad();
            Part("views, backward", () =>
            {
                (0.5 * loss).backward();
                return 0;
            });
            Part("patches, backward", () =>
            {
                (0.5 * jigsawLoss).backward();
                return 0;
            });
            Part("SGD", () => optimizer.step());
            Part("momentum encoder and queue", () =>
            {
                MomentumEncoder.Update(query, key, options.Momentum);
                queue.Enqueue(keys);
                return 0;
            });
        }

        var sum = seconds.Values.Sum();
        foreach (var (name, milliseconds) in seconds)
        {
            Console.WriteLine(FormattableString.Invariant($"{name,-28} {milliseconds,8:F0} ms {milliseconds / sum,6:P0}"));
        }
    }

    public static void View(string path)
    {
        using var image = ImageDecoder.DecodeFile(path);
        var views = new ViewAugmentation(new ViewOptions());
        var random = new RandomNumbers(1, "benchmark");
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
