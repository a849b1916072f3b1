using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.Evaluation.Rules;
using Pipeline.Shared.Evaluation.Voc;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class VocGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("evaluation", "voc")]
    public void Both_pixel_conventions_and_both_kinds_of_points_equal_the_reference(string name)
    {
        var golden = GoldenCase.Load(name);
        var bound = golden.AbsoluteTolerance;
        var problem = GoldenProblem.OfVoc(golden.Inputs);
        foreach (var convention in golden.Expected.EnumerateObject())
        {
            foreach (var threshold in convention.Value.EnumerateObject())
            {
                var metric = new VocMetric
                {
                    Pixels = convention.Name == "continuous" ? PixelConvention.Continuous : PixelConvention.Inclusive,
                    IouThresholds = [double.Parse(threshold.Name, System.Globalization.CultureInfo.InvariantCulture)],
                };
                var at = $"{convention.Name} {threshold.Name}";
                var key = threshold.Name == "0.50" ? "AP50" : "AP70";
                var report = metric.Evaluate(problem);
                Close(at, report.Numbers[key], threshold.Value.GetProperty("map_all_points"), bound);
                Close(at, report.Numbers[key + "_11point"], threshold.Value.GetProperty("map_11_points"), bound);
                var rules = new TruthRules(
                    Crowd: metric.Crowd, Difficult: metric.Difficult, DontCare: metric.DontCare, Merged: metric.Merged);
                var curves = new VocEvaluation(ProblemCheck.Require(problem), rules, new VocOverlap(metric.Pixels, metric.Overlap))
                    .Run(metric.IouThresholds);
                foreach (var (label, expected) in threshold.Value.GetProperty("per_class").EnumerateArray().Index())
                {
                    var ours = report.Classes[label];
                    Assert.Equal(expected.GetProperty("class").GetString(), ours.Class);
                    Assert.Equal(expected.GetProperty("positives").GetInt32(), ours.Objects);
                    Close(at, ours.Numbers[key], expected.GetProperty("ap_all_points"), bound);
                    Close(at, ours.Numbers[key + "_11point"], expected.GetProperty("ap_11_points"), bound);
                    if (ours.Objects > 0)
                    {
                        Assert.Equal(expected.GetProperty("true_positives").GetInt32(), curves[label][0].TruePositives);
                        Assert.Equal(expected.GetProperty("false_positives").GetInt32(), curves[label][0].FalsePositives);
                    }
                }
            }
        }
    }

    private static void Close(string at, double? ours, JsonElement expected, double bound)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Null(ours);
        }
        else
        {
            GoldenComparison.Close(at, ours!.Value, expected.GetDouble(), bound);
        }
    }
}
