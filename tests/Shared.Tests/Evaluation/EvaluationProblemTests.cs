using CsCheck;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Tests.Evaluation.Analysis;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class EvaluationProblemTests
{
    [Theory]
    [InlineData(new[] { "10", "9", "000007" }, new[] { "000007", "9", "10" })]
    [InlineData(new[] { "7", "007", "07" }, new[] { "007", "07", "7" })]
    [InlineData(new[] { "10", "9", "b" }, new[] { "10", "9", "b" })]
    [InlineData(new[] { "b", "B", "a", "-1" }, new[] { "-1", "B", "a", "b" })]
    [InlineData(new[] { "99999999999999999999", "9" }, new[] { "9", "99999999999999999999" })]
    public void Images_are_ranked_by_number_where_all_have_one_and_by_id_otherwise(string[] given, string[] expected)
    {
        var problem = AnalysisProblem.Of(given.Select(id => new EvaluatedImage(id, [], [])));

        Assert.Equal(expected, problem.ImageIds);
    }

    [Fact]
    public void The_number_that_labels_give_an_image_goes_before_that_in_its_id()
    {
        var problem = AnalysisProblem.Of(
            new EvaluatedImage("1", [], []) { Number = 30 },
            new EvaluatedImage("2", [], []),
            new EvaluatedImage("cat", [], []) { Number = -5 });

        Assert.Equal(["cat", "2", "1"], problem.ImageIds);
    }

    [Fact]
    public void The_order_in_which_images_are_given_changes_no_rank() => AnalysisProblem.Images
        .SelectMany(Gen.Shuffle, (images, shuffled) => (images, shuffled))
        .Sample((images, shuffled) =>
        {
            var problem = AnalysisProblem.Of(images);
            var other = AnalysisProblem.Of(shuffled);

            Assert.Equal(problem.ImageIds, other.ImageIds);
            Assert.Equal(problem.Detections, other.Detections);
            Assert.Equal(problem.TruthClasses, other.TruthClasses);
            Assert.Equal(problem.Objects, other.Objects);
        });

    [Fact]
    public void Objects_and_detections_stand_by_image_and_then_in_the_order_of_the_file() => AnalysisProblem.Images.Sample(images =>
    {
        var problem = AnalysisProblem.Of(images);
        var byId = images.ToDictionary(image => image.ImageId);

        Assert.Equal(problem.Objects.Select(truth => truth.Image).Order(), problem.Objects.Select(truth => truth.Image));
        Assert.Equal(problem.Detections.Select(found => found.Image).Order(), problem.Detections.Select(found => found.Image));
        for (var image = 0; image < problem.ImageIds.Length; image++)
        {
            var given = byId[problem.ImageIds[image]];
            Assert.Equal(
                given.Truth.Select(truth => (truth.Class, truth.Box, truth.Marks)),
                problem.Objects.Where(truth => truth.Image == image).Select(truth => (NameOf(truth, problem), truth.Box, truth.Marks)));
            Assert.Equal(
                given.Detections.Select(found => (found.Label, (double)found.Score)),
                problem.Detections.Where(found => found.Image == image).Select(found => (found.Class, found.Score)));
        }
    });

    [Fact]
    public void An_object_has_the_area_of_its_label_and_else_that_of_its_box()
    {
        var label = AnalysisProblem.Object("Car", 0, 0, 4, 5);

        var problem = AnalysisProblem.Of(new EvaluatedImage("a", [label, label with { AreaPixels = 7.5 }], []));

        Assert.Equal([20, 7.5], problem.Objects.Select(truth => truth.AreaPixels));
    }

    private static string? NameOf(TruthObject truth, EvaluationProblem problem) =>
        truth.Class < 0 ? null : problem.TruthClasses[truth.Class];
}
