using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.Evaluation.Kitti;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class KittiGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("evaluation", "kitti")]
    public void Every_class_and_level_equals_the_devkit(string name)
    {
        var golden = GoldenCase.Load(name);
        EqualDevkit(golden.Inputs, golden.Expected, golden.AbsoluteTolerance);
    }

    [Fact]
    public void Real_labels_equal_the_devkit()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("golden/evaluation/kitti_real_labels.json")));
        var tolerance = document.RootElement.GetProperty("tolerance").GetProperty("absolute").GetDouble();
        EqualDevkit(document.RootElement.GetProperty("inputs"), document.RootElement.GetProperty("expected"), tolerance);
    }

    private static void EqualDevkit(JsonElement inputs, JsonElement expected, double bound)
    {
        var problem = KittiText.Problem(inputs.GetProperty("labels"), inputs.GetProperty("results"));
        var metric = new KittiMetric();
        var report = metric.Evaluate(problem);
        foreach (var (measured, official) in metric.Classes.Zip(expected.GetProperty("classes").EnumerateObject()))
        {
            Assert.Equal(measured.Name, official.Name);
            var numbers = report.Classes.Single(entry => entry.Class == official.Name).Numbers;
            var curves = KittiSummary.Measure(problem, measured, metric);
            if (official.Value.ValueKind == JsonValueKind.Null)
            {
                Assert.Empty(curves);
                Assert.All(numbers.Values, value => Assert.Null(value));
                continue;
            }

            foreach (var (index, level) in KittiDifficulty.All.Index())
            {
                var reference = official.Value.GetProperty(level.Name);
                var at = $"{official.Name} {level.Name}";
                Assert.Equal(reference.GetProperty("valid_ground_truths").GetInt32(), curves[index].Objects);
                Assert.Equal(reference.GetProperty("thresholds").GetInt32(), curves[index].Thresholds);
                GoldenComparison.Close(at, numbers["R11" + level.Name]!.Value, reference.GetProperty("ap_r11").GetDouble(), bound);
                GoldenComparison.Close(at, numbers["R40" + level.Name]!.Value, reference.GetProperty("ap_r40").GetDouble(), bound);
                foreach (var (ours, theirs) in curves[index].Precision.Zip(reference.GetProperty("precision").Doubles()))
                {
                    GoldenComparison.Close(at, ours, theirs, bound);
                }
            }
        }
    }
}
