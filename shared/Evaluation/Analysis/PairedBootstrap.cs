using Pipeline.Shared.Evaluation.Coco;
using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>
/// AP of two detectors on resampled images: each resample draws as many images as there are, with replacement, and both detectors are
/// measured on the same draw (Efron and Tibshirani 1993, chapter 13: percentile intervals).
/// </summary>
/// <remarks>
/// A resample's numbers depend on the seed and its index alone, whatever the number of processors. A class that has no object in a
/// resample is left out of it.
/// </remarks>
internal sealed class PairedBootstrap
{
    private static readonly CocoMetric Metric = new();

    private readonly int images;
    private readonly WeightedRanking[] first;
    private readonly WeightedRanking[] second;
    private readonly BootstrapOptions options;

    public PairedBootstrap(EvaluationProblem first, EvaluationProblem second, BootstrapOptions options)
    {
        images = first.ImageIds.Length;
        this.first = Rankings(first);
        this.second = Rankings(second);
        this.options = options;
    }

    /// <summary>The AP of the images as they are: those of both detectors and the classes, NaN for a class without an object.</summary>
    public ResampledAp Measure()
    {
        int[] once = [.. Enumerable.Repeat(1, images)];
        var measured = new ResampledAp(resamples: 1, classes: first.Length);
        Measure(once, new ApWalk(Metric.IouThresholds.Count), measured, resample: 0);
        return measured;
    }

    /// <summary>The AP of every resample.</summary>
    /// <param name="progress">Told how many resamples are done.</param>
    /// <param name="cancellation">Ends the work.</param>
    public ResampledAp Resample(IProgress<int>? progress, CancellationToken cancellation)
    {
        var measured = new ResampledAp(options.Resamples, classes: first.Length);
        var done = 0;
        using var workers = new ThreadLocal<Worker>(() => new Worker(images));
        var parallel = new ParallelOptions { CancellationToken = cancellation };
        Parallel.For(0, options.Resamples, parallel, resample =>
        {
            var worker = workers.Value!;
            worker.Draw(options.Seed, resample);
            Measure(worker.Copies, worker.Walk, measured, resample);
            progress?.Report(Interlocked.Increment(ref done));
        });
        return measured;
    }

    private static WeightedRanking[] Rankings(EvaluationProblem problem)
    {
        var rules = new TruthRules(Crowd: Metric.Crowd, Difficult: Metric.Difficult, DontCare: Metric.DontCare, Merged: Metric.Merged);
        var coco = CocoProblem.Of(ProblemCheck.Require(problem), rules);
        var rankings = new WeightedRanking[coco.Classes];
        Parallel.For(0, rankings.Length, label => rankings[label] = WeightedRanking.Of(coco, label, Metric));
        return rankings;
    }

    private void Measure(int[] copies, ApWalk walk, ResampledAp measured, int resample)
    {
        for (var label = 0; label < first.Length; label++)
        {
            measured.Set(resample, label, first[label].Ap(copies, walk), second[label].Ap(copies, walk));
        }
    }

    /// <summary>What one thread needs, used for one resample after the other.</summary>
    private sealed class Worker(int images)
    {
        public int[] Copies { get; } = new int[images];

        public ApWalk Walk { get; } = new(Metric.IouThresholds.Count);

        public void Draw(ulong seed, int resample)
        {
            Array.Clear(Copies);
            var random = new RandomNumbers(seed, "bootstrap of images", (ulong)resample);
            for (var draw = 0; draw < Copies.Length; draw++)
            {
                Copies[random.NextInt(Copies.Length)]++;
            }
        }
    }
}
