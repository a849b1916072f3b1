using CsCheck;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Evaluation.Coco;
using static Pipeline.Shared.Tests.Evaluation.Analysis.AnalysisProblem;

namespace Pipeline.Shared.Tests.Evaluation.Analysis;

public sealed class PairedComparisonTests
{
    private const int Car = 0, Person = 1, Tram = 2;

    private static readonly BootstrapOptions Few = new() { Resamples = 50, Seed = 7 };

    [Fact]
    public void The_averages_are_those_of_the_metric() => SimulatedDetectors.Pair.Sample(pair =>
    {
        var comparison = Compare(pair.First, pair.Second, Few with { Resamples = 1 });

        var first = new CocoMetric().Evaluate(pair.First);
        var second = new CocoMetric().Evaluate(pair.Second);
        AssertClose(first.Numbers["AP"], comparison.Map?.First);
        AssertClose(second.Numbers["AP"], comparison.Map?.Second);
        foreach (var (before, after) in first.Classes.Zip(second.Classes))
        {
            AssertClose(before.Numbers["AP"], comparison.PerClass[before.Class]?.First);
            AssertClose(after.Numbers["AP"], comparison.PerClass[before.Class]?.Second);
        }
    });

    [Fact]
    public void A_resample_is_measured_as_the_metric_measures_copies_of_its_images() => SimulatedDetectors.Pair.Sample(pair =>
    {
        var images = pair.First.ImageIds.Length;
        var resampled = new PairedBootstrap(pair.First, pair.Second, Few with { Resamples = 4 }).Resample(null, CancellationToken.None);

        for (var resample = 0; resample < 4; resample++)
        {
            var random = new RandomNumbers(Few.Seed, "bootstrap of images", (ulong)resample);
            int[] drawn = [.. Enumerable.Range(0, images).Select(_ => random.NextInt(images))];
            AssertClose(MapOf(SimulatedDetectors.Copies(pair.First, drawn)), resampled.First(null)[resample]);
            AssertClose(MapOf(SimulatedDetectors.Copies(pair.Second, drawn)), resampled.Second(null)[resample]);
        }
    });

    [Fact]
    public void Identical_detectors_differ_by_nothing()
    {
        var problem = SimulatedDetectors.Simulate(seed: 3, images: 20).First;

        var comparison = Compare(problem, problem, Few);

        Assert.NotNull(comparison.Map);
        Assert.Equal(0, comparison.Map.Difference);
        Assert.Equal(0, comparison.Map.Low);
        Assert.Equal(0, comparison.Map.High);
        Assert.False(comparison.Map.IsClear);
        Assert.Empty(comparison.Better);
        Assert.Empty(comparison.Worse);
    }

    [Fact]
    public void Swapping_the_detectors_flips_every_sign()
    {
        var (first, second) = SimulatedDetectors.Simulate(seed: 4, images: 20);

        var there = Compare(first, second, Few);
        var back = Compare(second, first, Few);

        Assert.NotNull(there.Map);
        Assert.NotNull(back.Map);
        Assert.Equal(there.Map.Difference, -back.Map.Difference, 1e-12);
        Assert.Equal(there.Map.Low, -back.Map.High, 1e-12);
        Assert.Equal(there.Map.High, -back.Map.Low, 1e-12);
        Assert.Equal(there.Better.Select(change => change.ImageId), back.Worse.Select(change => change.ImageId));
        Assert.Equal(there.Worse.Select(change => change.ImageId), back.Better.Select(change => change.ImageId));
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers_and_another_seed_others()
    {
        var (first, second) = SimulatedDetectors.Simulate(seed: 5, images: 30);

        var once = Compare(first, second, Few);

        Assert.Equivalent(once, Compare(first, second, Few), strict: true);
        Assert.NotEqual(once.Map?.Low, Compare(first, second, Few with { Seed = 8 }).Map?.Low);
    }

    [Fact]
    public void Intervals_hold_the_true_difference_about_as_often_as_they_say()
    {
        var (first, second) = SimulatedDetectors.Simulate(seed: 1_000_000, images: 4000);
        var truth = MapOf(second) - MapOf(first);
        var holding = 0;
        for (var trial = 0; trial < 100; trial++)
        {
            var sample = SimulatedDetectors.Simulate(seed: (ulong)trial, images: 60);
            var map = Compare(sample.First, sample.Second, new BootstrapOptions { Resamples = 200, Confidence = 0.9 }).Map!;
            holding += map.Low <= truth && truth <= map.High ? 1 : 0;
        }

        Assert.InRange(holding, 80, 98);
    }

    [Fact]
    public void A_class_without_objects_has_no_difference_and_is_left_out_of_the_mean()
    {
        var truth = new[] { Object("Car", 0, 0, 10, 10) };
        var comparison = Compare(
            Of(new EvaluatedImage("1", truth, []), new EvaluatedImage("2", [], [])),
            Of(new EvaluatedImage("1", truth, [Detected(Car, 0.9f, 0, 0, 10, 10)]), new EvaluatedImage("2", [], [])),
            Few);

        Assert.Null(comparison.PerClass["Tram"]);
        Assert.NotNull(comparison.Map);
        AssertClose(0, comparison.Map.First);
        AssertClose(1, comparison.Map.Second);
        AssertClose(1, comparison.Map.Low);
        AssertClose(1, comparison.Map.High);
        Assert.True(comparison.Map.IsClear);
    }

    [Fact]
    public void Without_images_or_objects_nothing_is_compared()
    {
        Assert.Null(Compare(Of(), Of(), Few).Map);
        var empty = Of(new EvaluatedImage("1", [], [Detected(Car, 0.9f, 0, 0, 10, 10)]));
        Assert.Null(Compare(empty, empty, Few).Map);
    }

    [Fact]
    public void Images_are_named_by_the_change_of_their_errors()
    {
        var truth = new[] { Object("Car", 0, 0, 10, 10), Object("Car", 20, 0, 10, 10) };
        var one = Detected(Car, 0.9f, 0, 0, 10, 10);
        var other = Detected(Car, 0.9f, 20, 0, 10, 10);
        var comparison = Compare(
            Of(
                new EvaluatedImage("1", truth, [one]),
                new EvaluatedImage("2", truth, []),
                new EvaluatedImage("3", truth, [one, other])),
            Of(
                new EvaluatedImage("1", truth, [one, other]),
                new EvaluatedImage("2", truth, [one, other]),
                new EvaluatedImage("3", truth, [])),
            Few);

        Assert.Equal(["2", "1"], comparison.Better.Select(change => change.ImageId));
        Assert.Equal(2, comparison.Better[0].First.Missed);
        Assert.Equal(0, comparison.Better[0].Second.Missed);
        Assert.Equal(["3"], comparison.Worse.Select(change => change.ImageId));
    }

    [Fact]
    public void Classes_in_another_order_are_compared_by_name()
    {
        var truth = new[] { Object("Car", 0, 0, 10, 10), Object("Person", 20, 0, 10, 10) };
        var first = Of(new EvaluatedImage("1", truth, [Detected(Car, 0.9f, 0, 0, 10, 10)]));
        var second = EvaluationProblem.Of(
            new LabelMap(["Tram", "Person", "Car"]),
            [new EvaluatedImage("1", truth, [Detected(Tram, 0.9f, 0, 0, 10, 10), Detected(2, 0.9f, 0, 0, 10, 10)])]);

        var comparison = Compare(first, second, Few);

        Assert.Equal(0, comparison.Map?.Difference);
        AssertClose(1, comparison.PerClass["Car"]?.Second);
        Assert.Null(comparison.PerClass["Tram"]);
    }

    [Fact]
    public void Different_images_classes_and_labels_are_refused_and_named()
    {
        var first = Of(new EvaluatedImage("1", [Object("Car", 0, 0, 10, 10)], []));

        Refuses(Of(new EvaluatedImage("7", [Object("Car", 0, 0, 10, 10)], [])), "'1' only in the first");
        Refuses(Of(new EvaluatedImage("1", [Object("Car", 0, 0, 10, 10)], []), new EvaluatedImage("2", [], [])), "'2' only in the second");
        Refuses(Of(new EvaluatedImage("1", [Object("Car", 0, 0, 10, 11)], [])), "10 x 11");
        Refuses(Of(new EvaluatedImage("1", [Object("Person", 0, 0, 10, 10)], [])), "Person");
        Refuses(Of(new EvaluatedImage("1", [], [])), "1 and 0 objects");
        Refuses(EvaluationProblem.Of(new LabelMap(["Car"]), [new EvaluatedImage("1", [Object("Car", 0, 0, 10, 10)], [])]), "classes");

        void Refuses(EvaluationProblem second, string part) =>
            Assert.Contains(part, Assert.Throws<UserErrorException>(() => Compare(first, second, Few)).Message);
    }

    [Fact]
    public void Another_merge_of_the_labels_is_refused()
    {
        var truth = new[] { Object("Van", 0, 0, 10, 10) };
        var merged = EvaluationProblem.Of(
            new LabelMap(["Car"], new Dictionary<string, string> { ["Van"] = "Car" }), [new EvaluatedImage("1", truth, [])]);
        var leftOut = EvaluationProblem.Of(new LabelMap(["Car"]), [new EvaluatedImage("1", truth, [])]);

        var error = Assert.Throws<UserErrorException>(() => Compare(merged, leftOut, Few));

        Assert.Contains("Van (measured as Car)", error.Message);
        Assert.Contains("Van (not measured)", error.Message);
    }

    [Fact]
    public void Progress_is_told_and_the_work_can_be_ended()
    {
        var (first, second) = SimulatedDetectors.Simulate(seed: 6, images: 10);
        using var stopping = new CancellationTokenSource();
        var most = 0;
        var progress = new SynchronousProgress(done =>
        {
            most = Math.Max(most, done);
            if (done == 20)
            {
                stopping.Cancel();
            }
        });

        Assert.Throws<OperationCanceledException>(
            () => PairedComparison.Of(first, second, new BootstrapOptions { Resamples = 100_000 }, progress, stopping.Token));
        Assert.InRange(most, 20, 10_000);
    }

    [Theory]
    [InlineData(0, 0.95)]
    [InlineData(100_001, 0.95)]
    [InlineData(100, 0.2)]
    [InlineData(100, 1)]
    public void Options_out_of_range_are_refused(int resamples, double confidence) => Assert.Throws<ConfigurationException>(
        () => Compare(Of(), Of(), new BootstrapOptions { Resamples = resamples, Confidence = confidence }));

    private static PairedComparison Compare(EvaluationProblem first, EvaluationProblem second, BootstrapOptions options) =>
        PairedComparison.Of(first, second, options, progress: null, TestContext.Current.CancellationToken);

    private static double MapOf(EvaluationProblem problem) => new CocoMetric().Evaluate(problem).Numbers["AP"] ?? double.NaN;

    private static void AssertClose(double? expected, double? actual)
    {
        Assert.Equal(expected is null || double.IsNaN(expected.Value), actual is null || double.IsNaN(actual.Value));
        if (expected is { } number && !double.IsNaN(number))
        {
            Assert.Equal(number, actual!.Value, 1e-12);
        }
    }

    private sealed class SynchronousProgress(Action<int> report) : IProgress<int>
    {
        private readonly Lock gate = new();

        public void Report(int value)
        {
            lock (gate)
            {
                report(value);
            }
        }
    }
}
