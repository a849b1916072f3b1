using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Kitti;
using Pipeline.Shared.Evaluation.Rules;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class KittiMetricTests
{
    private static readonly Box Place = new(100, 100, 200, 180);
    private static readonly Box Other = new(300, 100, 400, 180);

    [Theory, InlineData(KittiObjects.Ignore, 100 / 11.0), InlineData(KittiObjects.Count, 50 / 11.0)]
    public void A_detection_of_a_van_is_false_only_when_neighbors_count(KittiObjects rule, double expected) =>
        Assert.Equal(expected, R11(new KittiMetric { Neighbors = rule }, Label("Van", Other)), 1e-9);

    [Theory, InlineData(KittiObjects.Ignore, 100 / 11.0), InlineData(KittiObjects.Count, 50 / 11.0)]
    public void A_detection_in_DontCare_is_false_only_when_it_counts(KittiObjects rule, double expected) =>
        Assert.Equal(expected, R11(new KittiMetric { DontCare = rule }, Label(null, Other)), 1e-9);

    [Theory]
    [InlineData(AnnotationMarks.Crowd, TruthRole.Crowd, 1, 100 / 11.0)]
    [InlineData(AnnotationMarks.Crowd, TruthRole.Drop, 1, 50 / 11.0)]
    [InlineData(AnnotationMarks.Crowd, TruthRole.Count, 2, 100 / 11.0)]
    [InlineData(AnnotationMarks.Difficult, TruthRole.Ignore, 1, 100 / 11.0)]
    [InlineData(AnnotationMarks.Difficult, TruthRole.Drop, 1, 50 / 11.0)]
    [InlineData(AnnotationMarks.Difficult, TruthRole.Count, 2, 100 / 11.0)]
    public void Objects_that_labels_of_other_formats_mark_are_treated_as_their_rule_says(
        AnnotationMarks mark, TruthRole rule, int objects, double expected)
    {
        var metric = new KittiMetric { Crowd = rule, Difficult = rule };
        var marked = Label("Car", Other) with { Marks = mark };
        var problem = EvaluationProblem.Of(
            ProblemGen.Labels,
            [new("1", [Label("Car", Place), marked], [new Detection(0, 0.9f, Place), new Detection(0, 0.95f, Other)])]);

        Assert.Equal(objects, metric.Evaluate(problem).Classes[0].Objects);
        Assert.Equal(expected, R11(metric, marked), 1e-9);
    }

    [Fact]
    public void Merged_classes_are_neighbors_by_default_and_objects_when_they_are_mapped()
    {
        var labels = new LabelMap(["Car"], new Dictionary<string, string> { ["Van"] = "Car" });
        var problem = EvaluationProblem.Of(
            labels, [new("1", [Label("Car", Place), Label("Van", Other)], [new Detection(0, 0.9f, Place), new Detection(0, 0.8f, Other)])]);

        Assert.Equal(1, new KittiMetric().Evaluate(problem).Classes[0].Objects);
        Assert.Equal(2, new KittiMetric { Merged = MergedClasses.Map }.Evaluate(problem).Classes[0].Objects);
    }

    [Fact]
    public void An_object_of_exactly_the_minimum_height_counts_only_for_older_devkits()
    {
        var image = new EvaluatedImage("1", [Label("Car", new Box(0, 0, 50, 40))], [new Detection(0, 0.9f, Place)]);
        var problem = EvaluationProblem.Of(ProblemGen.Labels, [image]);
        var official = new KittiMetric();

        Assert.Equal(0, KittiSummary.Measure(problem, official.Classes[0], official)[0].Objects);
        Assert.Equal(1, KittiSummary.Measure(problem, official.Classes[0], official with { Height = KittiHeight.AtLeast })[0].Objects);
    }

    [Fact]
    public void Classes_that_the_devkit_does_not_know_are_measured_only_on_demand()
    {
        var problem = EvaluationProblem.Of(
            new LabelMap(["red cell"]), [new("1", [Label("red cell", Place)], [new Detection(0, 0.9f, Place)])]);

        var official = DetectionMetrics.Of(["kitti"], [])[0].Evaluate(problem);
        Assert.Empty(official.Classes);
        Assert.Contains("Car, Pedestrian, Cyclist", official.NotMeasured, StringComparison.Ordinal);
        Assert.All(official.Numbers.Values, value => Assert.Null(value));
        var named = DetectionMetrics.Of(["kitti"], ["kitti.classes=red cell"])[0].Evaluate(problem);
        Assert.Equal(100 / 11.0, named.Numbers["R11easy"]!.Value, 1e-9);
        Assert.Contains("fully visible", named.Rules["visibility"], StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_classes_are_compared_without_case()
    {
        var problem = EvaluationProblem.Of(
            new LabelMap(["car"]),
            [new("1", [Label("CAR", Place), Label("van", Other)], [new Detection(0, 0.9f, Place), new Detection(0, 0.8f, Other)])]);

        Assert.Equal(100 / 11.0, new KittiMetric().Evaluate(problem).Classes[0].Numbers["R11easy"]!.Value, 1e-9);
    }

    [Fact]
    public void Occlusion_and_truncation_decide_the_level_and_are_then_not_called_visible()
    {
        var hidden = Label("Car", Place) with { Occlusion = 2, Truncation = 0.4 };
        var problem = EvaluationProblem.Of(ProblemGen.Labels, [new("1", [hidden], [new Detection(0, 0.9f, Place)])]);
        var metric = new KittiMetric();

        Assert.Equal([0, 0, 1], KittiSummary.Measure(problem, metric.Classes[0], metric).Select(curve => curve.Objects));
        Assert.DoesNotContain("visibility", metric.Evaluate(problem).Rules.Keys);
    }

    [Fact]
    public void A_threshold_at_which_nothing_is_shown_has_precision_0()
    {
        // By score, the van takes the small detection and the car the large one, whose score becomes the threshold. By overlap, the van
        // takes the large one and the car the small one: neither a true nor a false positive is left.
        var high = new Box(0, 0, 100, 41);
        var low = new Box(0, 0, 100, 39);
        var image = new EvaluatedImage(
            "1", [Label("Van", high), Label("Car", high)], [new Detection(0, 0.9f, low), new Detection(0, 0.8f, high)]);
        var problem = EvaluationProblem.Of(ProblemGen.Labels, [image]);
        var metric = new KittiMetric();

        var easy = KittiSummary.Measure(problem, metric.Classes[0], metric)[0];
        Assert.Equal(1, easy.Thresholds);
        Assert.Equal(0, easy.R11);
        Assert.Equal(0, metric.Evaluate(problem).Numbers["R11easy"]);
    }

    private static TruthLabel Label(string? name, Box box) => new(name, ExactBox.Of(box));

    /// <summary>A car that is found, and a detection with a higher score on something else.</summary>
    private static double R11(KittiMetric metric, TruthLabel other)
    {
        var image = new EvaluatedImage(
            "1", [Label("Car", Place), other], [new Detection(0, 0.9f, Place), new Detection(0, 0.95f, Other)]);
        return metric.Evaluate(EvaluationProblem.Of(ProblemGen.Labels, [image])).Classes[0].Numbers["R11easy"]!.Value;
    }
}
