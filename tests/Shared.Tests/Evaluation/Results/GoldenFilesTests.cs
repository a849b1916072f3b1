using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Results;

namespace Pipeline.Shared.Tests.Evaluation.Results;

/// <summary>The official numbers, from labels and results that were written to files.</summary>
public sealed class GoldenFilesTests : IDisposable
{
    private readonly ScoredCase files = new();

    [Theory(SkipTestWithoutData = true), GoldenData("evaluation", "coco")]
    public void Files_of_coco_give_pycocotools_numbers(string name)
    {
        var golden = GoldenCase.Load(name);
        GoldenFiles.WriteCoco(golden.Inputs, files.Root);
        var limits = string.Join(',', golden.Inputs.GetProperty("max_dets").EnumerateArray().Select(limit => limit.GetInt32()));

        var report = Score(files.Files("truth.json", "results.json"), "coco", $"coco.maxDets={limits}");

        var stats = golden.Expected.GetProperty("stats").Doubles();
        Assert.Equal(stats.Length, report.Numbers.Count);
        foreach (var (ours, reference) in report.Numbers.Zip(stats))
        {
            GoldenComparison.Close(ours.Key, ours.Value ?? -1, reference, golden.AbsoluteTolerance);
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("evaluation", "kitti")]
    public void Folders_of_kitti_give_the_development_kits_numbers(string name)
    {
        var golden = GoldenCase.Load(name);
        GoldenFiles.WriteKitti(golden.Inputs, files.Root);

        var report = Score(files.Files("label_2", "results"), "kitti");

        foreach (var expected in golden.Expected.GetProperty("classes").EnumerateObject())
        {
            var numbers = report.Classes.Single(entry => entry.Class == expected.Name).Numbers;
            if (expected.Value.ValueKind == JsonValueKind.Null)
            {
                Assert.All(numbers.Values, value => Assert.Null(value));
                continue;
            }

            foreach (var level in expected.Value.EnumerateObject())
            {
                var bound = golden.AbsoluteTolerance;
                GoldenComparison.Close(name, numbers["R11" + level.Name]!.Value, level.Value.GetProperty("ap_r11").GetDouble(), bound);
                GoldenComparison.Close(name, numbers["R40" + level.Name]!.Value, level.Value.GetProperty("ap_r40").GetDouble(), bound);
            }
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("evaluation", "voc")]
    public void Annotation_files_of_voc_give_the_numbers_of_inclusive_pixels(string name)
    {
        var golden = GoldenCase.Load(name);
        string[] classes = [.. golden.Inputs.GetProperty("classes").EnumerateArray().Select(entry => entry.GetString()!)];
        GoldenFiles.WriteVoc(golden.Inputs, files.Root);

        var options = files.Files("Annotations", "results.json") with { Classes = classes };
        var report = Score(options, "voc", "voc.iouThrs=0.5,0.7");

        foreach (var threshold in golden.Expected.GetProperty("inclusive_pixels").EnumerateObject())
        {
            var key = threshold.Name == "0.50" ? "AP50" : "AP70";
            Close(report.Numbers[key], threshold.Value.GetProperty("map_all_points"), golden.AbsoluteTolerance);
            Close(report.Numbers[key + "_11point"], threshold.Value.GetProperty("map_11_points"), golden.AbsoluteTolerance);
        }
    }

    public void Dispose() => files.Dispose();

    private MetricReport Score(ScoredFiles options, string metric, params string[] rules) =>
        Assert.Single(DetectionMetrics.Of([metric], rules)).Evaluate(files.Read(options));

    private static void Close(double? ours, JsonElement expected, double bound)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Null(ours);
        }
        else
        {
            GoldenComparison.Close("mAP", ours!.Value, expected.GetDouble(), bound);
        }
    }
}
