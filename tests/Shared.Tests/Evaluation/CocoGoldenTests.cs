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

    [Theory(SkipTestWithoutData = true), GoldenData("evaluation", "coco_bench")]
    public void A_thousand_images_by_formula_equal_pycocotools(string name)
    {
        var golden = GoldenCase.Load(name);
        foreach (var (size, least, spread) in new[] { ("A", 0, 8), ("B", 20, 21) })
        {
            var expected = golden.Expected.GetProperty(size);
            var problem = CocoBenchProblem.Create(golden.Inputs.GetProperty("seed").GetUInt64(), least, spread);
            var check = expected.GetProperty("input_check");
            Assert.Equal(check.GetProperty("objects").GetInt32(), problem.Objects.Count);
            Assert.Equal(check.GetProperty("crowds").GetInt32(), problem.Objects.Count(entry => entry.IsCrowd));
            Assert.Equal(check.GetProperty("detections").GetInt32(), problem.Detections.Count);
            Assert.Equal(check.GetProperty("object_x_sum").GetDouble(), problem.Objects.Sum(entry => entry.X), 1e-3);
            Assert.Equal(check.GetProperty("detection_w_sum").GetDouble(), problem.Detections.Sum(entry => entry.Width), 1e-3);
            Assert.Equal(check.GetProperty("score_sum").GetDouble(), problem.Detections.Sum(entry => entry.Score), 1e-3);

            var result = CocoEvaluator.Evaluate(problem);

            foreach (var (ours, reference) in result.Stats.Zip(expected.GetProperty("stats").Doubles())
                .Concat(result.Categories.Select(category => category.Ap).Zip(expected.GetProperty("ap_per_class").Doubles()))
                .Concat(result.Categories.Select(category => category.Ap50).Zip(expected.GetProperty("ap50_per_class").Doubles())))
            {
                GoldenComparison.Close(size, ours, reference, golden.AbsoluteTolerance);
            }
        }
    }

    [Fact]
    public void A_nan_score_is_refused_with_the_detection_named()
    {
        var problem = new CocoProblem(
            [1], [1], [], [new CocoDetection(1, 1, 0, 0, 5, 5, 0.5), new CocoDetection(1, 1, 0, 0, 5, 5, double.NaN)]);

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
        [
            .. inputs
                .GetProperty("ground_truth")
                .EnumerateArray()
                .Select(row => row.Doubles())
                .Select(row => new CocoObject((long)row[1], (int)row[2], row[3], row[4], row[5], row[6], row[7], row[8] != 0)),
        ],
        [
            .. inputs
                .GetProperty("detections")
                .EnumerateArray()
                .Select(row => row.Doubles())
                .Select(row => new CocoDetection((long)row[0], (int)row[1], row[2], row[3], row[4], row[5], row[6])),
        ])
    {
        MaxDetections = [.. inputs.GetProperty("max_dets").EnumerateArray().Select(limit => limit.GetInt32())],
    };
}
