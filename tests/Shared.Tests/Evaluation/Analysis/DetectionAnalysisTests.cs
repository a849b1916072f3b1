using CsCheck;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Geometry;
using static Pipeline.Shared.Tests.Evaluation.Analysis.AnalysisProblem;

namespace Pipeline.Shared.Tests.Evaluation.Analysis;

public sealed class DetectionAnalysisTests
{
    private const int Car = 0, Person = 1, Tram = 2, Background = 3;

    [Fact]
    public void The_confusion_matrix_counts_what_was_found_for_what_whatever_the_class()
    {
        var confusion = DetectionAnalysis.Of(Of(new EvaluatedImage(
            "a",
            [Object("Car", 0, 0, 10, 10), Object("Person", 20, 0, 10, 10), Object("Tram", 40, 0, 10, 10), Object("Car", 60, 0, 10, 10)],
            [
                Detected(Car, 0.9f, 0, 0, 10, 10),
                Detected(Tram, 0.8f, 20, 0, 10, 9),
                Detected(Tram, 0.7f, 41, 0, 10, 10),
                Detected(Tram, 0.6f, 40, 0, 10, 10),
                Detected(Person, 0.49f, 60, 0, 10, 10),
            ]))).Confusion;

        Assert.Equal(["Car", "Person", "Tram"], confusion.Classes);
        Assert.Equal([1, 0, 0, 1], confusion.Counts[Car]);
        Assert.Equal([0, 0, 1, 0], confusion.Counts[Person]);
        Assert.Equal([0, 0, 1, 0], confusion.Counts[Tram]);
        Assert.Equal([0, 0, 1, 0], confusion.Counts[Background]);
    }

    [Theory]
    [InlineData("Car", "Person")]
    [InlineData("Person", "Car")]
    public void Of_objects_with_the_same_overlap_a_detection_takes_one_of_its_own_class(string firstLabel, string secondLabel)
    {
        var confusion = DetectionAnalysis.Of(Of(new EvaluatedImage(
            "a",
            [Object(firstLabel, 0, 0, 10, 10), Object(secondLabel, 0, 0, 10, 10)],
            [Detected(Person, 0.9f, 0, 0, 10, 10)]))).Confusion;

        Assert.Equal([0, 0, 0, 1], confusion.Counts[Car]);
        Assert.Equal([0, 1, 0, 0], confusion.Counts[Person]);
    }

    [Fact]
    public void Regions_to_ignore_count_neither_for_nor_against_a_detection_of_their_class()
    {
        var analysis = DetectionAnalysis.Of(Of(new EvaluatedImage(
            "a",
            [
                Object(null, 0, 0, 40, 40),
                Object("Car", 100, 0, 40, 40) with { Marks = AnnotationMarks.Crowd },
                Object("Car", 200, 0, 40, 40) with { Marks = AnnotationMarks.Difficult },
                Object("Tree", 300, 0, 40, 40),
            ],
            [
                Detected(Car, 0.9f, 5, 5, 9, 9),
                Detected(Car, 0.9f, 105, 5, 9, 9),
                Detected(Person, 0.8f, 105, 5, 9, 9),
                Detected(Car, 0.9f, 200, 0, 40, 40),
                Detected(Tram, 0.7f, 300, 0, 40, 40),
            ])));

        Assert.Equal([0, 1, 1, 0], analysis.Confusion.Counts[Background]);
        Assert.Equal(2, analysis.Scores.Sum(bin => bin.Wrong));
        Assert.Equal(0, analysis.Scores.Sum(bin => bin.Right));
        Assert.Equal(0, analysis.Sizes.Sum(bin => bin.Objects));
        Assert.Equal(new ImageErrors(Image: 0, ImageId: "a", Missed: 0, Wrong: 2, Right: 0), Assert.Single(analysis.Worst));
        Assert.Null(analysis.Errors.Ap);
        Assert.All(analysis.Errors.Kinds, kind => Assert.Equal(0, kind.ApCost));
    }

    [Fact]
    public void Merged_classes_count_as_the_class_that_they_are_merged_into()
    {
        var labels = new LabelMap(["Car"], new Dictionary<string, string> { ["Van"] = "Car" });
        var problem = EvaluationProblem.Of(
            labels,
            [new EvaluatedImage("a", [Object("Van", 0, 0, 10, 10)], [Detected(Car, 0.9f, 0, 0, 10, 10)])]);

        var analysis = DetectionAnalysis.Of(problem);

        Assert.Equal([1, 0], analysis.Confusion.Counts[Car]);
        Assert.Equal(1, analysis.Errors.Ap);
    }

    [Theory]
    [InlineData(-3, 0)]
    [InlineData(0, 0)]
    [InlineData(0.05, 1)]
    [InlineData(0.625, 12)]
    [InlineData(0.999, 19)]
    [InlineData(1, 19)]
    [InlineData(1e30, 19)]
    public void A_score_is_counted_in_its_bin_of_a_twentieth_and_one_outside_in_the_bin_at_that_end(double score, int expected)
    {
        var problem = Of(new EvaluatedImage("a", [Object("Car", 0, 0, 10, 10)], [Detected(Car, 0.5f, 0, 0, 10, 10)]));
        problem = problem with { Detections = [problem.Detections[0] with { Score = score }] };

        var scores = DetectionAnalysis.Of(problem).Scores;

        Assert.Equal(20, scores.Count);
        Assert.Equal(0, scores[0].From);
        Assert.Equal(1, scores[^1].To);
        Assert.Equal(expected, scores.Index().Single(entry => entry.Item.Right == 1).Index);
    }

    [Theory]
    [InlineData(-4, 0)]
    [InlineData(0, 0)]
    [InlineData(255.99, 0)]
    [InlineData(256, 1)]
    [InlineData(1023.9, 1)]
    [InlineData(1024, 2)]
    [InlineData(9215.9, 3)]
    [InlineData(9216, 4)]
    [InlineData(65536, 6)]
    [InlineData(1e30, 6)]
    public void An_object_is_counted_in_the_bin_of_the_root_of_its_area(double area, int expected)
    {
        var image = new EvaluatedImage("a", [Object("Car", 0, 0, 10, 10) with { AreaPixels = area }], [Detected(Car, 0.5f, 0, 0, 10, 10)]);

        var sizes = DetectionAnalysis.Of(Of(image)).Sizes;

        Assert.Equal([0, 16, 32, 64, 96, 128, 256], sizes.Select(bin => bin.FromPixels));
        Assert.Null(sizes[^1].ToPixels);
        Assert.Equal(expected, sizes.Index().Single(entry => entry.Item is { Objects: 1, Found: 1 }).Index);
    }

    [Fact]
    public void The_worst_images_come_first_and_as_bad_ones_in_their_order()
    {
        EvaluatedImage WithMisses(string id, int count) =>
            new(id, [.. Enumerable.Range(0, count).Select(i => Object("Car", 20 * i, 0, 10, 10))], []);

        var worst = DetectionAnalysis.Of(
            Of(WithMisses("1", 1), WithMisses("2", 3), WithMisses("3", 0), WithMisses("4", 3), WithMisses("5", 2)),
            new AnalysisOptions { WorstImages = 3 }).Worst;

        Assert.Equal(["2", "4", "5"], worst.Select(image => image.ImageId));
        Assert.Equal([3, 3, 2], worst.Select(image => image.Missed));
    }

    [Fact]
    public void A_detection_below_the_score_threshold_finds_no_object_of_an_image_or_size()
    {
        var analysis = DetectionAnalysis.Of(
            Of(new EvaluatedImage("a", [Object("Car", 0, 0, 10, 10)], [Detected(Car, 0.5f, 0, 0, 10, 10)])),
            new AnalysisOptions { ScoreThreshold = 0.501 });

        Assert.Equal(1, Assert.Single(analysis.Worst).Missed);
        Assert.Equal(0, analysis.Sizes.Sum(bin => bin.Found));
        Assert.Equal(1, analysis.Scores.Sum(bin => bin.Right));
    }

    [Fact]
    public void A_detector_that_finds_nothing_pays_all_for_what_it_missed()
    {
        var errors = DetectionAnalysis.Of(Of(new EvaluatedImage("a", [Object("Car", 0, 0, 10, 10)], []))).Errors;

        Assert.Equal(0, errors.Ap);
        var costs = errors.Kinds.ToDictionary(kind => kind.Kind, kind => kind.ApCost);
        Assert.Equal(1, costs["missed"]);
        Assert.Equal(1, costs["falseNegatives"]);
        Assert.Equal(0, costs.Where(cost => cost.Key is not ("missed" or "falseNegatives")).Sum(cost => cost.Value));
    }

    [Fact]
    public void No_image_no_object_and_no_detection_are_no_error()
    {
        foreach (var problem in new[] { Of(), Of(new EvaluatedImage("a", [], [])) })
        {
            var analysis = DetectionAnalysis.Of(problem);
            Assert.Null(analysis.Errors.Ap);
            Assert.Empty(analysis.Worst);
            Assert.All(analysis.Errors.Kinds, kind => Assert.Equal((0, 0.0), (kind.Count, kind.ApCost)));
        }
    }

    [Theory]
    [InlineData(0, 0.1, 12)]
    [InlineData(1.01, 0.1, 12)]
    [InlineData(0.5, -0.1, 12)]
    [InlineData(0.5, 0.1, -1)]
    public void Options_out_of_range_are_refused(double iouThreshold, double backgroundIou, int worstImages) =>
        Assert.Throws<ConfigurationException>(() => DetectionAnalysis.Of(Of(), new AnalysisOptions
        {
            IouThreshold = iouThreshold,
            BackgroundIou = backgroundIou,
            WorstImages = worstImages,
        }));

    [Theory]
    [InlineData(double.NaN, 10)]
    [InlineData(0.5, double.PositiveInfinity)]
    public void A_number_that_is_not_finite_is_refused(double score, double width)
    {
        var problem = Of(new EvaluatedImage("a", [], [Detected(Car, 0.5f, 0, 0, 10, 10)]));
        var detection = problem.Detections[0] with { Score = score, Box = ExactBox.FromSides(0, 0, width, 10) };

        Assert.Throws<EvaluationInputException>(() => DetectionAnalysis.Of(problem with { Detections = [detection] }));
    }

    [Fact]
    public void Every_object_and_every_detection_is_counted_once() => Images.Sample(images =>
    {
        var problem = Of(images);
        var analysis = DetectionAnalysis.Of(problem, new AnalysisOptions { ScoreThreshold = 0 });

        string[] names = ["Car", "Person", "Tram"];
        for (var label = 0; label < names.Length; label++)
        {
            var objects = images.Sum(image =>
                image.Truth.Count(truth => truth.Class == names[label] && truth.Marks == AnnotationMarks.None));
            Assert.Equal(objects, analysis.Confusion.Counts[label].Sum());
        }

        var counted = analysis.Confusion.Counts.Take(Background).Sum(row => row.Sum());
        var found = analysis.Scores.Sum(bin => bin.Right);
        var misses = analysis.Errors.Kinds.Single(kind => kind.Kind == "falseNegatives").Count;
        var wrong = analysis.Errors.Kinds.Single(kind => kind.Kind == "falsePositives").Count;
        Assert.Equal(counted, analysis.Sizes.Sum(bin => bin.Objects));
        Assert.Equal(found, analysis.Sizes.Sum(bin => bin.Found));
        Assert.Equal(counted - found, misses);
        Assert.Equal(wrong, analysis.Scores.Sum(bin => bin.Wrong));
        Assert.Equal(misses + wrong, analysis.Worst.Sum(image => image.Errors));
        Assert.All(analysis.Errors.Kinds.Take(6), kind => Assert.InRange(kind.ApCost, 0, 1));
    });

    [Fact]
    public void The_order_in_which_images_are_given_changes_nothing() => Images
        .SelectMany(Gen.Shuffle, (images, shuffled) => (images, shuffled))
        .Sample((images, shuffled) =>
            Assert.Equivalent(DetectionAnalysis.Of(Of(images)), DetectionAnalysis.Of(Of(shuffled)), strict: true));

    [Fact]
    public void A_thousand_classes_and_degenerate_boxes_are_analyzed()
    {
        string[] classes = [.. Enumerable.Range(0, 1000).Select(index => $"class {index}")];
        double[] sides = [0, -5, 1e-300, 1e150, 1e290];
        var images = sides.Select((side, index) => new EvaluatedImage(
            $"{index}",
            [.. classes.Select(name => new TruthLabel(name, ExactBox.FromSides(-1e150, 0, side, 10)))],
            [.. Enumerable.Range(0, 1000).Select(label => Detected(label, 0.5f, -1e30f, 0, (float)Math.Min(side, 1e30), 10))]));

        var analysis = DetectionAnalysis.Of(EvaluationProblem.Of(new LabelMap(classes), images));

        Assert.Equal(1001, analysis.Confusion.Counts.Count);
        Assert.All(analysis.Errors.Kinds, kind => Assert.True(double.IsFinite(kind.ApCost)));
        Assert.Equal(5000, analysis.Sizes.Sum(bin => bin.Objects));
    }
}
