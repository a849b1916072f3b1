using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Rules;
using Pipeline.Shared.Evaluation.Voc;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class VocMetricTests
{
    private static readonly Box Place = new(0, 0, 100, 100);

    [Theory, InlineData(OverlapLimit.AtLeast, 1.0), InlineData(OverlapLimit.Above, 0.0)]
    public void An_overlap_of_exactly_the_threshold_is_enough_for_the_devkit_alone(OverlapLimit rule, double expected) =>
        Assert.Equal(
            expected,
            Ap50(new VocMetric { Overlap = rule }, [Label("Car", Place)], [new Detection(0, 0.9f, new Box(0, 0, 100, 50))]),
            1e-9);

    [Theory, InlineData(PixelConvention.Continuous, 0.0), InlineData(PixelConvention.Inclusive, 1.0)]
    public void Inclusive_pixels_add_1_to_the_sides(PixelConvention rule, double expected) =>
        Assert.Equal(
            expected,
            Ap50(new VocMetric { Pixels = rule }, [Label("Car", new Box(1, 1, 10, 10))], [new Detection(0, 0.9f, new Box(1, 1, 10, 5))]),
            1e-9);

    [Theory, InlineData(TruthRole.Crowd, 1.0), InlineData(TruthRole.Drop, 0.5)]
    public void A_detection_half_in_DontCare_is_false_only_when_DontCare_is_dropped(TruthRole rule, double expected) =>
        Assert.Equal(
            expected,
            Ap50(
                new VocMetric { DontCare = rule },
                [Label("Car", Place), Label(null, new Box(200, 0, 300, 100))],
                [new Detection(0, 0.95f, new Box(250, 0, 350, 100)), new Detection(0, 0.9f, Place)]),
            1e-9);

    [Fact]
    public void A_detection_less_than_half_in_DontCare_is_false() =>
        Assert.Equal(
            0.5,
            Ap50(
                new VocMetric(),
                [Label("Car", Place), Label(null, new Box(200, 0, 300, 100))],
                [new Detection(0, 0.95f, new Box(251, 0, 351, 100)), new Detection(0, 0.9f, Place)]),
            1e-9);

    [Theory, InlineData(TruthRole.Ignore, 1.0), InlineData(TruthRole.Count, 0.5), InlineData(TruthRole.Drop, 1.0)]
    public void A_difficult_object_need_be_found_only_when_it_counts(TruthRole rule, double expected) =>
        Assert.Equal(
            expected,
            Ap50(
                new VocMetric { Difficult = rule },
                [Label("Car", Place), Label("Car", new Box(200, 0, 300, 100)) with { Marks = AnnotationMarks.Difficult }],
                [new Detection(0, 0.9f, Place)]),
            1e-9);

    [Fact]
    public void Of_two_objects_that_a_detection_overlaps_equally_the_first_is_looked_at()
    {
        // The second detection finds the first object taken, and looks at no other.
        TruthLabel[] truth = [Label("Car", new Box(0, 0, 90, 100)), Label("Car", new Box(10, 0, 100, 100))];
        Detection[] detections = [new Detection(0, 0.9f, Place), new Detection(0, 0.8f, new Box(0, 0, 89, 100))];

        Assert.Equal(0.5, Ap50(new VocMetric(), truth, detections), 1e-9);
    }

    [Fact]
    public void Several_thresholds_have_their_own_numbers_and_curves()
    {
        var report = new VocMetric { IouThresholds = [0.5, 0.725] }
            .Evaluate(Problem([Label("Car", Place)], [new Detection(0, 0.9f, new Box(0, 0, 100, 60))]));

        Assert.Equal(["AP50", "AP50_11point", "AP72.5", "AP72.5_11point"], report.Numbers.Keys);
        Assert.Equal([1, 1, 0, 0], report.Numbers.Values.Select(value => Math.Round(value!.Value, 9)));
        Assert.Equal(["IoU 0.50", "IoU 0.725"], report.Curves.Where(curve => curve.Class == "Car").Select(curve => curve.At));
    }

    private static TruthLabel Label(string? name, Box box) => new(name, ExactBox.Of(box));

    private static EvaluationProblem Problem(TruthLabel[] truth, Detection[] detections) =>
        EvaluationProblem.Of(ProblemGen.Labels, [new("1", truth, detections)]);

    private static double Ap50(VocMetric metric, TruthLabel[] truth, Detection[] detections) =>
        metric.Evaluate(Problem(truth, detections)).Classes[0].Numbers["AP50"]!.Value;
}
