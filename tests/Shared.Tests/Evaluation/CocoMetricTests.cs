using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Coco;
using Pipeline.Shared.Evaluation.Rules;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class CocoMetricTests
{
    private static readonly Box Place = new(100, 100, 200, 200);

    private static Gen<CocoMetric> MetricGen { get; } = Gen.Select(
            Gen.Enum<TruthRole>(), Gen.Enum<TruthRole>(), Gen.Bool, Gen.Enum<MergedClasses>(), Gen.Int[1, 3], Gen.Int[1, 9])
        .Select((crowd, difficult, dropsDontCare, merged, limit, threshold) => new CocoMetric
        {
            Crowd = crowd,
            Difficult = difficult,
            DontCare = dropsDontCare ? TruthRole.Drop : TruthRole.Crowd,
            Merged = merged,
            MaxDetections = [limit, 100],
            IouThresholds = [threshold / 10.0, 0.95],
            AreaRanges = [new CocoAreaRange("low", 0, 1024), new CocoAreaRange("high", 1000, 1e10)],
        });

    [Fact]
    public void Every_rule_gives_what_its_definition_says() =>
        Gen.Select(ProblemGen.Images, MetricGen).Sample(
            (images, metric) =>
            {
                var problem = EvaluationProblem.Of(ProblemGen.Labels, images);
                var report = metric.Evaluate(problem);
                foreach (var (label, ofClass) in report.Classes.Index())
                {
                    var oracle = new StraightforwardCoco(problem, metric, label);
                    Close(oracle.AveragePrecision(CocoAreaRange.All, 100), ofClass.Numbers["AP"]);
                    Close(oracle.AveragePrecision(metric.AreaRanges[0], 100), ofClass.Numbers["APlow"]);
                    Close(oracle.AveragePrecision(metric.AreaRanges[1], 100), ofClass.Numbers["APhigh"]);
                }
            },
            iter: 1500);

    [Fact]
    public void A_detection_in_DontCare_is_false_only_when_DontCare_is_dropped()
    {
        EvaluatedImage[] images =
        [
            new(
                "1",
                [Label("Car", Place), Label(null, new Box(300, 0, 400, 100))],
                [Found(0.9f, new Box(310, 10, 390, 90)), Found(0.5f, Place)]),
        ];

        Assert.Equal(1, Ap50(new CocoMetric(), images)!.Value, 1e-9);
        Assert.Equal(0.5, Ap50(new CocoMetric { DontCare = TruthRole.Drop }, images)!.Value, 1e-9);
    }

    [Theory]
    [InlineData(TruthRole.Crowd, 1.0)]
    [InlineData(TruthRole.Ignore, 0.5)]   // the second detection of it is false
    [InlineData(TruthRole.Drop, 1 / 3.0)]
    public void A_difficult_object_found_twice_is_treated_as_its_rule_says(TruthRole rule, double expected)
    {
        var hard = new Box(300, 0, 400, 100);
        EvaluatedImage[] images =
        [
            new(
                "1",
                [Label("Car", Place), Label("Car", hard) with { Marks = AnnotationMarks.Difficult }],
                [Found(0.9f, hard), Found(0.8f, hard), Found(0.5f, Place)]),
        ];

        Assert.Equal(expected, Ap50(new CocoMetric { Difficult = rule }, images)!.Value, 1e-9);
    }

    [Theory]
    [InlineData(MergedClasses.Map, 2, 51 / 101.0)]   // one of two is found
    [InlineData(MergedClasses.Ignore, 1, 0.0)]
    [InlineData(MergedClasses.Off, 1, 0.0)]
    public void An_object_of_a_merged_class_is_treated_as_its_rule_says(MergedClasses rule, int objects, double expected)
    {
        var sitting = new Box(300, 0, 400, 100);
        EvaluatedImage[] images =
        [
            new("1", [Label("Pedestrian", Place), Label("Person_sitting", sitting)], [Found(0.9f, sitting) with { Label = 1 }]),
        ];

        var report = new CocoMetric { Merged = rule }.Evaluate(EvaluationProblem.Of(ProblemGen.Labels, images));

        Assert.Equal(objects, report.Classes[1].Objects);
        Assert.Equal(expected, report.Classes[1].Numbers["AP50"]!.Value, 1e-9);
        Assert.StartsWith($"{rule}".ToLowerInvariant(), report.Rules["merged"], StringComparison.Ordinal);
    }

    [Fact]
    public void Detections_of_unknown_classes_are_left_out_and_classes_without_objects_are_not_measured()
    {
        var problem = EvaluationProblem.Of(
            ProblemGen.Labels,
            [
                new(
                    "1",
                    [Label("Car", Place)],
                    [Found(0.9f, Place), Found(1f, Place) with { Label = 7 }, Found(1f, Place) with { Label = -1 }]),
            ]);
        var report = new CocoMetric().Evaluate(problem);

        Assert.Equal(1, report.Numbers["AP"]!.Value, 1e-9);
        Assert.Null(report.Classes[1].Numbers["AP"]);
        Assert.Null(report.NotMeasured);
        Assert.DoesNotContain(report.Curves, curve => curve.Class == "Pedestrian");
    }

    [Theory, InlineData("coco"), InlineData("kitti"), InlineData("voc"), InlineData("paper")]
    public void Without_an_object_or_a_detection_nothing_is_measured_and_the_report_says_why(string name)
    {
        var report = DetectionMetrics.Of([name], [])[0].Evaluate(EvaluationProblem.Of(ProblemGen.Labels, [new("1", [], [])]));

        Assert.All(report.Numbers.Values, value => Assert.Null(value));
        Assert.NotNull(report.NotMeasured);
        Assert.Empty(report.Curves);
    }

    [Theory, InlineData("coco"), InlineData("kitti"), InlineData("voc"), InlineData("paper")]
    public void A_number_that_is_none_is_refused_with_its_detection_or_object(string name)
    {
        var metric = DetectionMetrics.Of([name], [])[0];
        var image = new EvaluatedImage("frame7", [Label("Car", Place)], [Found(0.9f, Place), Found(0.8f, Place)]);
        var good = EvaluationProblem.Of(ProblemGen.Labels, [image]);
        var nanScore = good with { Detections = good.Detections.SetItem(1, good.Detections[1] with { Score = double.NaN }) };
        var endless = ExactBox.FromCorners(0, 0, double.PositiveInfinity, 5);
        var noBox = good with { Objects = good.Objects.SetItem(0, good.Objects[0] with { Box = endless }) };
        var noImage = good with { Detections = good.Detections.SetItem(0, good.Detections[0] with { Image = 3 }) };

        Refuses(nanScore, "detection 1 (image frame7)");
        Refuses(noBox, "object 0 (image frame7)");
        Refuses(noImage, "image 3");

        void Refuses(EvaluationProblem problem, string place) => Assert.Contains(
            place, Assert.Throws<EvaluationInputException>(() => metric.Evaluate(problem)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_are_not_by_image_give_the_same_numbers() =>
        ProblemGen.Images.Sample(images =>
        {
            var problem = EvaluationProblem.Of(ProblemGen.Labels, images);
            var mixed = problem with
            {
                Objects = [.. problem.Objects.OrderByDescending(entry => entry.Image)],
                Detections = [.. problem.Detections.OrderByDescending(entry => entry.Image)],
            };

            foreach (var metric in DetectionMetrics.Of(["all"], []))
            {
                Assert.Equal(metric.Evaluate(problem).Numbers, metric.Evaluate(mixed).Numbers);
            }
        });

    private static TruthLabel Label(string? name, Box box) => new(name, ExactBox.Of(box));

    private static Detection Found(float score, Box box) => new(0, score, box);

    private static double? Ap50(CocoMetric metric, EvaluatedImage[] images) =>
        metric.Evaluate(EvaluationProblem.Of(ProblemGen.Labels, images)).Numbers["AP50"];

    private static void Close(double? expected, double? ours) =>
        Assert.True(expected is null == ours is null && Math.Abs((expected ?? 0) - (ours ?? 0)) < 1e-9, $"{ours:R}, expected {expected:R}");
}
