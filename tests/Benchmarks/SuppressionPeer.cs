using System.Diagnostics;
using System.Runtime.InteropServices;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks;

/// <summary>
/// Suppression of a batch's proposals of preset <c>paper</c> in training, beside the way before it: one image after the other, its
/// levels together.
/// </summary>
internal static class SuppressionPeer
{
    private const int Height = 402, Width = 1333, PaddedHeight = 416, PaddedWidth = 1344, Objects = 12;

    public static void Run(int batch, int runs, int threads)
    {
        set_num_threads(threads);
        using var scope = NewDisposeScope();
        var paper = new LayeredConfiguration<FinetuneOptions>().Preset("finetune", "paper")
            .Option("benchmark", "data", "d")
            .Option("benchmark", "output", "o");
        var options = paper.Build().Detector;
        var images = Enumerable.Range(0, batch).Select(image => Candidates(options, image)).ToArray();
        var perLevel = images[0].PerLevel;
        var total = perLevel.Sum();
        var boxes = cat([.. images.Select(image => image.Boxes)]);
        var scores = cat([.. images.Select(image => image.Scores)]);
        var levels = cat([.. perLevel.Select((count, level) => full(count, level, dtype: int64))]);
        var groups = new List<BoxGroup>();
        for (int image = 0, first = 0; image < batch; image++)
        {
            foreach (var count in perLevel)
            {
                groups.Add(new BoxGroup(image, first, count, Stride: 1));
                first += count;
            }
        }

        var rule = new SuppressionRule(
            float.Epsilon, double.NegativeInfinity, Inclusive: true, options.RpnNmsThresh, options.RpnPostNmsTopNTrain);
        long[] OneImage(int image) => SuppressionBefore.OneImage(images[image].Boxes, images[image].Scores, levels, rule);
        long[] Before() => [.. Enumerable.Range(0, batch).SelectMany(image => OneImage(image).Select(row => row + (long)image * total))];
        long[] Now()
        {
            using var step = NewDisposeScope();
            return [.. MemoryMarshal.Cast<byte, long>(HostSuppression.Run(boxes, scores, groups, batch, rule).Rows.bytes)];
        }

        if (!Before().SequenceEqual(Now()))
        {
            throw new InvalidOperationException("The two ways keep different boxes.");
        }

        Console.WriteLine($"{batch} images, {total} boxes each, {Now().Length} kept");
        Print("before", "now", Interleaved(runs, Before, Now));
    }

    /// <summary>The medians and, for a machine that others load, the least times of two ways.</summary>
    public static void Print(string one, string other, (IReadOnlyList<double> First, IReadOnlyList<double> Second) times)
    {
        void Line(string what, double first, double second) => Console.WriteLine(FormattableString.Invariant(
            $"{what,-8} {first,8:F2} ms {one}, {second,8:F2} ms {other}, {one} / {other} {first / second:F2}"));
        Line("median", times.First.Order().ElementAt(times.First.Count / 2), times.Second.Order().ElementAt(times.Second.Count / 2));
        Line("least", times.First.Min(), times.Second.Min());
    }

    /// <summary>Milliseconds of two ways that take turns.</summary>
    public static (IReadOnlyList<double> First, IReadOnlyList<double> Second) Interleaved<T>(int runs, Func<T> first, Func<T> second)
    {
        var times = (First: new List<double>(), Second: new List<double>());
        for (var run = 0; run <= runs; run++)
        {
            var one = Milliseconds(first);
            var other = Milliseconds(second);
            if (run > 0)
            {
                times.First.Add(one);
                times.Second.Add(other);
            }
        }

        return times;
    }

    private static double Milliseconds<T>(Func<T> work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>The anchors that a trained network would score best: those near objects, moved half of the way to them.</summary>
    private static (Tensor Boxes, Tensor Scores, int[] PerLevel) Candidates(DetectorOptions options, int image)
    {
        var random = new RandomNumbers(1, "suppression", (ulong)image);
        var corners = Enumerable.Range(0, Objects).SelectMany(_ =>
        {
            var x = (float)random.Uniform(0, Width - 60);
            var y = (float)random.Uniform(100, Height - 60);
            var right = Math.Min(Width, x + (float)random.Uniform(20, 300));
            var bottom = Math.Min(Height, y + (float)random.Uniform(20, 200));
            return new[] { x, y, right, bottom };
        });
        var objects = tensor(corners.ToArray()).view(Objects, 4);
        using var noise = new Generator((ulong)image);
        var generator = new AnchorGenerator(options.AnchorSizes, options.AspectRatios, options.AnchorsRounded, options.AnchorStrides);
        (int, int)[] maps = [.. new[] { 4, 8, 16, 32, 64 }.Select(stride => ((PaddedHeight + stride - 1) / stride, PaddedWidth / stride))];
        var boxes = new List<Tensor>();
        var scores = new List<Tensor>();
        foreach (var anchors in generator.Anchors((PaddedHeight, PaddedWidth), maps, CPU))
        {
            var (overlap, nearest) = TensorBoxes.PairwiseIoU(objects, anchors).max(0);
            var score = overlap + 0.1 * randn(anchors.shape[0], generator: noise);
            var best = score.topk((int)Math.Min(options.RpnPreNmsTopNTrain, anchors.shape[0]), 0);
            var chosen = anchors.index_select(0, best.indexes);
            var moved = 0.5 * (chosen + objects.index_select(0, nearest.index_select(0, best.indexes)));
            boxes.Add(TensorBoxes.Clip(moved + 2 * randn(moved.shape, generator: noise), (Height, Width)));
            scores.Add(best.values);
        }

        return (cat([.. boxes]), cat([.. scores]), [.. boxes.Select(level => (int)level.shape[0])]);
    }
}
