using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Coco;
using Pipeline.Shared.Evaluation.Kitti;
using Pipeline.Shared.Evaluation.Rules;
using Pipeline.Shared.Evaluation.Voc;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class DetectionMetricsTests
{
    [Fact]
    public void Names_may_be_separated_by_commas_and_each_counts_once()
    {
        Assert.Equal(["coco", "voc"], DetectionMetrics.Of(["voc,coco", "voc"], []).Select(metric => metric.Name));
        Assert.Equal(["coco", "kitti", "voc", "paper"], DetectionMetrics.Of(["all", "kitti"], []).Select(metric => metric.Name));
        Assert.Empty(DetectionMetrics.Of([], []));
    }

    [Fact]
    public void Rules_set_the_options_of_their_metric()
    {
        var metrics = DetectionMetrics.Of(
            ["coco", "kitti", "voc"],
            [
                "coco.dontCare=drop", "coco.maxDets=1,10,300", "coco.iouThrs=0.5", "coco.areaRng=tiny:0:256,rest:256:1e10",
                "kitti.neighbors=count", "kitti.overlap=Car:0.5,red cell:0.6", "voc.pixels=inclusive", "voc.overlap=above",
            ]);

        var coco = Assert.IsType<CocoMetric>(metrics[0]);
        Assert.Equal(TruthRole.Drop, coco.DontCare);
        Assert.Equal([1, 10, 300], coco.MaxDetections);
        Assert.Equal([0.5], coco.IouThresholds);
        Assert.Equal([new CocoAreaRange("tiny", 0, 256), new CocoAreaRange("rest", 256, 1e10)], coco.AreaRanges);
        var kitti = Assert.IsType<KittiMetric>(metrics[1]);
        Assert.Equal(KittiObjects.Count, kitti.Neighbors);
        Assert.Equal(["Car", "Pedestrian", "Cyclist", "red cell"], kitti.Classes.Select(entry => entry.Name));
        Assert.Equal([0.5, 0.5, 0.5, 0.6], kitti.Classes.Select(entry => entry.Overlap));
        var voc = Assert.IsType<VocMetric>(metrics[2]);
        Assert.Equal(PixelConvention.Inclusive, voc.Pixels);
        Assert.Equal(OverlapLimit.Above, voc.Overlap);
    }

    [Theory]
    [InlineData("cooc", null, "'cooc'", "coco, kitti, voc, paper, all")]
    [InlineData("", null, "''", "coco, kitti, voc, paper, all")]
    [InlineData("COCO", null, "'COCO'", "coco, kitti, voc, paper, all")]
    [InlineData("coco", "lvis.x=1", "'lvis'", "coco, kitti, voc, paper")]
    [InlineData("coco", "voc.pixels=inclusive", "voc is not measured", "--metrics")]
    [InlineData("coco", "coco.maxDet=1", "no option 'maxDet'", "maxDets")]
    [InlineData("coco", "coco.dontCare=ignore", "'ignore'", "crowd|drop")]
    [InlineData("coco", "coco.dontCare=Drop", "'Drop'", "crowd|drop")]
    [InlineData("coco", "coco.dontCare=", "''", "crowd|drop")]
    [InlineData("coco", "coco.dontCare=1", "'1'", "crowd|drop")]
    [InlineData("coco", "coco.maxDets=10,1", "'10,1'", "ascending")]
    [InlineData("coco", "coco.maxDets=0", "'0'", "ascending")]
    [InlineData("coco", "coco.maxDets=1.5", "'1.5'", "ascending")]
    [InlineData("coco", "coco.maxDets=1,,2", "'1,,2'", "ascending")]
    [InlineData("coco", "coco.iouThrs=0,0.5", "'0,0.5'", "above 0 to 1")]
    [InlineData("coco", "coco.iouThrs=0.5,1.1", "'0.5,1.1'", "above 0 to 1")]
    [InlineData("coco", "coco.iouThrs=NaN", "'NaN'", "above 0 to 1")]
    [InlineData("coco", "coco.iouThrs=1e999", "'1e999'", "above 0 to 1")]
    [InlineData("coco", "coco.areaRng=small:5", "'small:5'", "NAME:LEAST:MOST")]
    [InlineData("coco", "coco.areaRng=small:5:4", "'small:5:4'", "NAME:LEAST:MOST")]
    [InlineData("coco", "coco.areaRng=a:0:4,a:4:9", "'a:0:4,a:4:9'", "NAME:LEAST:MOST")]
    [InlineData("coco", "coco.areaRng=all:0:4", "'all:0:4'", "NAME:LEAST:MOST")]
    [InlineData("kitti", "kitti.overlap=Car:1", "'Car:1'", "NAME:IOU")]
    [InlineData("kitti", "kitti.overlap=Car", "'Car'", "NAME:IOU")]
    [InlineData("kitti", "kitti.classes=Car,car", "'Car,car'", "NAME,NAME")]
    [InlineData("coco", "coco=1", "'coco=1'", "METRIC.OPTION=VALUE")]
    [InlineData("coco", "coco.=1", "'coco.=1'", "METRIC.OPTION=VALUE")]
    [InlineData("coco", ".maxDets=1", "'.maxDets=1'", "METRIC.OPTION=VALUE")]
    [InlineData("coco", "maxDets=1.0", "'maxDets=1.0'", "METRIC.OPTION=VALUE")]
    [InlineData("coco", "", "''", "METRIC.OPTION=VALUE")]
    public void What_is_unknown_or_wrong_is_named_beside_what_there_is(string metric, string? rule, string wrong, string known)
    {
        var message = Assert.Throws<UserErrorException>(() => DetectionMetrics.Of([metric], rule is null ? [] : [rule])).Message;

        Assert.Contains(wrong, message, StringComparison.Ordinal);
        Assert.Contains(known, message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_32_thresholds_and_an_option_set_twice_are_refused()
    {
        var many = string.Join(',', Enumerable.Range(1, 33).Select(i => FormattableString.Invariant($"{i / 100.0}")));

        Assert.Throws<UserErrorException>(() => DetectionMetrics.Of(["coco"], [$"coco.iouThrs={many}"]));
        Assert.NotEmpty(DetectionMetrics.Of(["coco"], [$"coco.iouThrs={many[..^5]}"]));
        Assert.Contains(
            "twice",
            Assert.Throws<UserErrorException>(() => DetectionMetrics.Of(["coco"], ["coco.crowd=drop", "coco.crowd=crowd"])).Message,
            StringComparison.Ordinal);
    }

    [Theory, InlineData("coco"), InlineData("kitti"), InlineData("voc"), InlineData("paper")]
    public void Every_option_stands_in_the_report_with_the_value_that_was_given(string name)
    {
        var options = DetectionMetrics.RuleHelp.Where(line => line.StartsWith(name + ".", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(options);
        foreach (var line in options)
        {
            var option = line[(name.Length + 1)..line.IndexOf('=', StringComparison.Ordinal)];
            var official = line[(line.LastIndexOf('[') + 1)..^1];

            // The official value, given as the help states it, is accepted and changes nothing.
            var metric = DetectionMetrics.Of([name], [$"{name}.{option}={official}"])[0];
            var report = metric.Evaluate(EvaluationProblem.Of(ProblemGen.Labels, [new("1", [], [])]));
            Assert.StartsWith(official + ": ", report.Rules[option], StringComparison.Ordinal);
        }
    }
}
