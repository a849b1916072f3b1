using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class MetricPropertyTests
{
    private static readonly IReadOnlyList<IDetectionMetric> All = DetectionMetrics.Of([DetectionMetrics.All], []);

    public static TheoryData<string> Names => [.. DetectionMetrics.Names];

    [Theory, MemberData(nameof(Names))]
    public void A_false_detection_below_all_scores_raises_no_number(string name) =>
        Gen.Select(ProblemGen.Images, Gen.Int[0, 1]).Sample((images, label) =>
        {
            var before = Measure(name, images);
            var worst = new Detection(label, 0.01f, new Box(5000, 5000, 5100, 5100));
            images[0] = images[0] with { Detections = [.. images[0].Detections, worst] };
            var after = Measure(name, images);

            foreach (var (key, value) in Numbers(before))
            {
                Assert.True(value is null || Numbers(after)[key] <= value, $"{key}: {value:R}, then {Numbers(after)[key]:R}");
            }
        });

    [Theory, MemberData(nameof(Names))]
    public void The_order_in_which_images_come_changes_nothing_even_where_scores_are_equal(string name) =>
        Gen.Select(ProblemGen.Images, Gen.Int).Sample((images, seed) =>
        {
            EvaluatedImage[] shuffled = [.. images];
            new Random(seed).Shuffle(shuffled);

            Assert.Equal(Numbers(Measure(name, images)), Numbers(Measure(name, shuffled)));
        });

    [Theory, MemberData(nameof(Names))]
    public void The_same_problem_gives_the_same_numbers_again(string name) =>
        ProblemGen.Images.Sample(images => Assert.Equal(Numbers(Measure(name, images)), Numbers(Measure(name, images))));

    [Theory, InlineData("coco", 1), InlineData("voc", 1), InlineData("paper", 100)]
    public void A_perfect_detector_gets_everything(string name, double everything) =>
        ProblemGen.BoxGen.Array[1, 6].Array[1, 5].Sample(boxes =>
        {
            var images = boxes.Select((ofImage, index) => Perfect($"{index}", ofImage.Distinct().ToArray()));
            var report = Measure(name, images);

            foreach (var (key, value) in Numbers(report).Where(entry => !entry.Key.Contains("AR1", StringComparison.Ordinal)))
            {
                Assert.True(value is null || Math.Abs(value.Value - everything) < 1e-9, $"{key}: {value:R}");
            }

            Assert.NotNull(report.Numbers[name == "voc" ? "AP50" : "AP"]);
        });

    [Fact]
    public void Fifty_cars_found_by_KITTI_get_everything_and_two_do_not()
    {
        Assert.Equal(100, Measure("kitti", Cars(50)).Numbers["R40easy"]!.Value, 1e-9);
        Assert.Equal(2.5, Measure("kitti", Cars(2)).Numbers["R40easy"]!.Value, 1e-9);
    }

    [Fact]
    public void Numbers_and_rules_are_the_same_in_every_culture()
    {
        var texts = new List<string>();
        EachCulture.Run(() =>
        {
            var metrics = DetectionMetrics.Of(["all"], ["coco.iouThrs=0.5,0.75", "kitti.overlap=Car:0.65", "voc.iouThrs=0.55"]);
            var problem = EvaluationProblem.Of(ProblemGen.Labels, Cars(3));
            texts.Add(string.Join('\n', metrics.SelectMany(metric => metric.Evaluate(problem).Rules)));
            texts.Add(string.Join('\n', DetectionMetrics.RuleHelp));
        });

        Assert.Equal(texts[..2], texts[2..]);
        Assert.Contains("0.5,0.75", texts[0], StringComparison.Ordinal);
        Assert.Contains("Car:0.65", texts[0], StringComparison.Ordinal);
    }

    private static MetricReport Measure(string name, IEnumerable<EvaluatedImage> images) =>
        All.Single(metric => metric.Name == name).Evaluate(EvaluationProblem.Of(ProblemGen.Labels, images));

    private static Dictionary<string, double?> Numbers(MetricReport report)
    {
        var numbers = report.Numbers.ToDictionary();
        foreach (var entry in report.Classes)
        {
            foreach (var (key, value) in entry.Numbers)
            {
                numbers.Add($"{entry.Class} {key}", value);
            }
        }

        return numbers;
    }

    private static EvaluatedImage Perfect(string id, Box[] boxes) => new(
        id,
        [.. boxes.Select((box, index) => new TruthLabel(ProblemGen.Labels.Classes[index % 2], ExactBox.Of(box)))],
        [.. boxes.Select((box, index) => new Detection(index % 2, 0.5f + index / 100f, box))]);

    private static IEnumerable<EvaluatedImage> Cars(int count)
    {
        var box = new Box(10, 10, 110, 90);
        return Enumerable.Range(0, count).Select(index => new EvaluatedImage(
            $"{index}", [new TruthLabel("Car", ExactBox.Of(box))], [new Detection(0, 1 - index / 100f, box)]));
    }
}
