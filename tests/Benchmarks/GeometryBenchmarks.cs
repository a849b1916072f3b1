using BenchmarkDotNet.Attributes;
using Pipeline.Shared;
using Pipeline.Shared.Geometry;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks;

/// <summary>Suppression of the proposals of one pyramid level, and of all levels of an image.</summary>
[MemoryDiagnoser]
public class NonMaximumSuppressionBenchmark
{
    private Box[] boxes = [];
    private float[] scores = [];
    private int[] kept = [];

    [Params(1000, 5000)]
    public int Boxes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new RandomNumbers(1, "benchmark");
        boxes = new Box[Boxes];
        scores = new float[Boxes];
        kept = new int[Boxes];
        for (var i = 0; i < Boxes; i++)
        {
            var x = (float)random.Uniform(0, 1300);
            var y = (float)random.Uniform(0, 380);
            boxes[i] = new Box(x, y, x + (float)random.Uniform(8, 200), y + (float)random.Uniform(8, 120));
            scores[i] = (float)random.NextDouble();
        }
    }

    [Benchmark]
    public int Run() => NonMaximumSuppression.Run(boxes, scores, 0.7f, kept);
}

/// <summary>RoIAlign of 512 RoIs × 256 channels over four levels of a 1333 × 402 image.</summary>
public class RoIAlignBenchmark
{
    private readonly MultiScaleRoIAlign align = new(7, 2);
    private Tensor[] features = [];
    private Tensor boxes = null!;

    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(2);
        features = [
            .. new[] { (104, 336), (52, 168), (26, 84), (13, 42) }.Select(size => randn(1, 256, size.Item1, size.Item2).requires_grad_())];
        var corner = rand(512, 2) * tensor([1200f, 330f]);
        boxes = cat([corner, corner + rand(512, 2) * 300 + 8], 1);
    }

    [Benchmark]
    public void Forward()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        align.Pool(features, [boxes], [(402, 1333)]);
    }

    [Benchmark]
    public void ForwardAndBackward()
    {
        using var scope = NewDisposeScope();
        align.Pool(features, [boxes], [(402, 1333)]).sum().backward();
    }
}
