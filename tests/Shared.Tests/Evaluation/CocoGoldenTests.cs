using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation.Coco;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class CocoGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("evaluation", "coco")]
    public void Twelve_numbers_and_those_of_each_class_equal_pycocotools(string name)
    {
        var golden = GoldenCase.Load(name);
        var bound = golden.AbsoluteTolerance;
        var limits = golden.Inputs.GetProperty("max_dets").EnumerateArray().Select(limit => limit.GetInt32());
        var metric = new CocoMetric { MaxDetections = [.. limits] };

        var report = metric.Evaluate(GoldenProblem.OfCoco(golden.Inputs));

        var stats = golden.Expected.GetProperty("stats").Doubles();
        Assert.Equal(stats.Length, report.Numbers.Count);
        foreach (var (ours, reference) in report.Numbers.Zip(stats))
        {
            GoldenComparison.Close(ours.Key, ours.Value ?? -1, reference, bound);
        }

        var categories = golden.Expected.GetProperty("per_class").EnumerateArray().ToArray();
        Assert.Equal(categories.Length, report.Classes.Count);
        foreach (var (expected, ours) in categories.Zip(report.Classes))
        {
            Assert.Equal($"{expected.GetProperty("category_id").GetInt32()}", ours.Class);
            foreach (var (key, number) in new[] { ("ap", "AP"), ("ap50", "AP50"), ("ap75", "AP75"), ("ar", $"AR{limits.Last()}") })
            {
                GoldenComparison.Close($"{ours.Class}.{key}", ours.Numbers[number] ?? -1, expected.GetProperty(key).GetDouble(), bound);
            }
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("evaluation", "coco")]
    public void Curves_at_half_overlap_equal_pycocotools(string name)
    {
        var golden = GoldenCase.Load(name);
        if (!golden.Expected.TryGetProperty("precision_iou50_all", out var expected))
        {
            return;   // only the cases made by hand have curves
        }

        var limits = golden.Inputs.GetProperty("max_dets").EnumerateArray().Select(limit => limit.GetInt32());
        var problem = GoldenProblem.OfCoco(golden.Inputs);
        var report = new CocoMetric { MaxDetections = [.. limits] }.Evaluate(problem);
        foreach (var (label, row) in expected.EnumerateArray().Index())
        {
            var reference = row.Doubles();
            var curve = report.Curves.SingleOrDefault(curve => curve.Class == problem.Labels.Classes[label] && curve.At == "IoU 0.50");
            Assert.Equal(reference[0] < 0, curve is null);
            foreach (var (point, precision) in (curve?.Precision ?? []).Index())
            {
                GoldenComparison.Close($"{label}[{point}]", precision, reference[point], golden.AbsoluteTolerance);
            }
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
            Assert.Equal(check.GetProperty("objects").GetInt32(), problem.Objects.Length);
            Assert.Equal(check.GetProperty("crowds").GetInt32(), problem.Objects.Count(entry => entry.Marks == AnnotationMarks.Crowd));
            Assert.Equal(check.GetProperty("detections").GetInt32(), problem.Detections.Length);
            Assert.Equal(check.GetProperty("object_x_sum").GetDouble(), problem.Objects.Sum(entry => entry.Box.X1), 1e-3);
            Assert.Equal(check.GetProperty("detection_w_sum").GetDouble(), problem.Detections.Sum(entry => entry.Box.Width), 1e-3);
            Assert.Equal(check.GetProperty("score_sum").GetDouble(), problem.Detections.Sum(entry => entry.Score), 1e-3);

            var report = new CocoMetric().Evaluate(problem);

            foreach (var (ours, reference) in report.Numbers.Values.Zip(expected.GetProperty("stats").Doubles())
                .Concat(report.Classes.Select(entry => entry.Numbers["AP"]).Zip(expected.GetProperty("ap_per_class").Doubles()))
                .Concat(report.Classes.Select(entry => entry.Numbers["AP50"]).Zip(expected.GetProperty("ap50_per_class").Doubles())))
            {
                GoldenComparison.Close(size, ours ?? -1, reference, golden.AbsoluteTolerance);
            }
        }
    }
}
