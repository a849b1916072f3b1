using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.Evaluation;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class CocoGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("evaluation", "coco")]
    public void Twelve_numbers_and_those_of_each_class_equal_pycocotools(string name)
    {
        var golden = GoldenCase.Load(name);
        var bound = golden.AbsoluteTolerance;
        var result = CocoEvaluator.Evaluate(Problem(golden.Inputs));

        var stats = golden.Expected.GetProperty("stats").Doubles();
        for (var i = 0; i < stats.Length; i++)
        {
            GoldenComparison.Close($"stats[{i}]", result.Stats[i], stats[i], bound);
        }

        var categories = golden.Expected.GetProperty("per_class").EnumerateArray().ToArray();
        Assert.Equal(categories.Length, result.Categories.Count);
        foreach (var (expected, ours) in categories.Zip(result.Categories))
        {
            Assert.Equal(expected.GetProperty("category_id").GetInt32(), ours.CategoryId);
            GoldenComparison.Close($"{ours.CategoryId}.ap", ours.Ap, expected.GetProperty("ap").GetDouble(), bound);
            GoldenComparison.Close($"{ours.CategoryId}.ap50", ours.Ap50, expected.GetProperty("ap50").GetDouble(), bound);
            GoldenComparison.Close($"{ours.CategoryId}.ap75", ours.Ap75, expected.GetProperty("ap75").GetDouble(), bound);
            GoldenComparison.Close($"{ours.CategoryId}.ar", ours.Ar, expected.GetProperty("ar").GetDouble(), bound);
        }
    }

    [Fact]
    public void A_nan_score_is_refused_with_the_detection_named()
    {
        var problem = new CocoProblem([1], [1], [], [new CocoDetection(1, 1, 0, 0, 5, 5, 0.5), new CocoDetection(1, 1, 0, 0, 5, 5, double.NaN)]);

        Assert.Contains("detection 1", Assert.Throws<EvaluationInputException>(() => CocoEvaluator.Evaluate(problem)).Message);
    }

    [Fact]
    public void A_detection_in_an_unknown_image_is_refused()
    {
        var problem = new CocoProblem([1], [1], [], [new CocoDetection(7, 1, 0, 0, 5, 5, 0.5)]);

        Assert.Contains("image 7", Assert.Throws<EvaluationInputException>(() => CocoEvaluator.Evaluate(problem)).Message);
    }

    private static CocoProblem Problem(JsonElement inputs) => new(
        [.. inputs.GetProperty("images").EnumerateArray().Select(id => id.GetInt64())],
        [.. inputs.GetProperty("categories").EnumerateArray().Select(id => id.GetInt32())],
        [.. inputs.GetProperty("ground_truth").EnumerateArray().Select(row => row.Doubles()).Select(row => new CocoObject((long)row[1], (int)row[2], row[3], row[4], row[5], row[6], row[7], row[8] != 0))],
        [.. inputs.GetProperty("detections").EnumerateArray().Select(row => row.Doubles()).Select(row => new CocoDetection((long)row[0], (int)row[1], row[2], row[3], row[4], row[5], row[6]))])
    {
        MaxDetections = [.. inputs.GetProperty("max_dets").EnumerateArray().Select(limit => limit.GetInt32())],
    };
}
