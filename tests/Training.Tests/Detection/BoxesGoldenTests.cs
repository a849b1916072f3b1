using System.Globalization;
using System.Runtime.InteropServices;
using Pipeline.Golden;
using Pipeline.Shared.Geometry;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class BoxesGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("boxes", "ops")]
    public void Box_operations_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var a = golden.InputTensor("a");
        var b = golden.InputTensor("b");
        var edge = golden.InputTensor("edge");

        golden.Equal(TensorBoxes.PairwiseIoU(a, b), "iou_a_b");
        golden.Equal(TensorBoxes.PairwiseIoU(edge, edge), "iou_edge");
        golden.Equal(TensorBoxes.Area(a), "area_a");
        golden.Equal(Pairs(a, b, BoxIoU.Of), [24, 10], "iou_a_b");
        golden.Equal(Pairs(edge, edge, BoxIoU.Of), [5, 5], "iou_edge");

        foreach (var entry in golden.Expected.EnumerateObject())
        {
            var parts = entry.Name.Split('_');
            switch (parts)
            {
                case ["nms" or "batched", ..]:
                    var (boxes, scores, classes) = entry.Name switch
                    {
                        _ when entry.Name.EndsWith("empty", StringComparison.Ordinal) => (empty(0, 4), empty(0), []),
                        _ when entry.Name.Contains("ties", StringComparison.Ordinal) => (
                            golden.InputTensor("tie_boxes"), golden.InputTensor("tie_scores"), []),
                        _ when entry.Name.Contains("exact", StringComparison.Ordinal) => (
                            golden.InputTensor("exact_boxes"), golden.InputTensor("exact_scores"), []),
                        _ when entry.Name.Contains("big", StringComparison.Ordinal) => (
                            golden.InputTensor("big_boxes"), golden.InputTensor("big_scores"), golden.Input("big_classes").Longs),
                        _ => (a, golden.InputTensor("scores"), parts[0] == "batched" ? golden.Input("classes").Longs : []),
                    };
                    var threshold = float.TryParse(parts[^1], CultureInfo.InvariantCulture, out var number) ? number : 0.5f;
                    Assert.Equal(golden.Read(entry.Value).Longs, Suppress(boxes, scores, classes, threshold));
                    break;
                case ["encode", var weights]:
                    golden.Equal(Coder(weights).Encode(golden.InputTensor("gt"), golden.InputTensor("proposals")), entry.Name);
                    break;
                case ["roundtrip", var weights]:
                    golden.Equal(
                        Coder(weights).Decode(
                            Coder(weights).Encode(golden.InputTensor("gt"), golden.InputTensor("proposals")),
                            golden.InputTensor("proposals")),
                        entry.Name);
                    break;
                case ["decode", var weights]:
                    golden.Equal(
                        Coder(weights).Decode(
                            golden.InputTensor("deltas_" + weights).view(12, 2, 4), golden.InputTensor("proposals").unsqueeze(1)),
                        entry.Name);
                    break;
                case ["clip", "to", var h, var w]:
                    var size = (
                        Height: int.Parse(h[1..], CultureInfo.InvariantCulture), Width: int.Parse(w[1..], CultureInfo.InvariantCulture));
                    golden.Equal(TensorBoxes.Clip(golden.InputTensor("outside"), size), entry.Name);
                    break;
                case ["remove", "small", var side]:
                    var small = golden.InputTensor("small");
                    var ranks = arange(small.shape[0], 0, -1, dtype: float32);
                    var pixels = double.Parse(side, CultureInfo.InvariantCulture);
                    var rule = new SuppressionRule(pixels, 0, Inclusive: true, IouThreshold: 1, TopN: 1000);
                    var all = HostSuppression.Run(small, ranks, [new BoxGroup(0, 0, (int)small.shape[0], 1)], 1, rule);
                    Assert.Equal(golden.Read(entry.Value).Longs, all.Rows.data<long>().ToArray());
                    break;
                case ["iou" or "giou" or "area", ..]:
                    break;
                default:
                    Assert.StartsWith("smooth_l1", entry.Name);
                    SmoothL1(golden, entry.Name);
                    break;
            }
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("boxes", "matcher")]
    public void Matches_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var iou = TensorBoxes.PairwiseIoU(golden.InputTensor("gt"), golden.InputTensor("candidates"));
        foreach (var entry in golden.Expected.EnumerateObject())
        {
            var parts = entry.Name.Split('_');
            if (parts[0] == "iou")
            {
                golden.Equal(iou, "iou");
                continue;
            }

            double Number(int i) => double.Parse(parts[i], CultureInfo.InvariantCulture);
            var matcher = new Matcher(Number(1), Number(2), parts[^1] == "lowq");
            golden.Equal(matcher.Match(parts[0] == "quality" ? golden.InputTensor("quality") : iou), entry.Name);
        }
    }

    /// <summary>One row for every class of a box, as in the box head; those of other classes have no score.</summary>
    private static long[] Suppress(Tensor boxes, Tensor scores, long[] classes, float threshold)
    {
        using var scope = NewDisposeScope();
        var count = (int)boxes.shape[0];
        var kinds = classes.Length == 0 ? 1 : (int)classes.Max() + 1;
        var ofClass = tensor(classes.Length == 0 ? new long[count] : classes).view(-1, 1).eq(arange(kinds, dtype: int64));
        var rows = where(ofClass, scores.view(-1, 1), tensor(float.NaN));
        var groups = Enumerable.Range(0, kinds).Select(kind => new BoxGroup(0, kind, count, kinds));
        var rule = new SuppressionRule(0, double.NegativeInfinity, Inclusive: true, threshold, TopN: int.MaxValue);
        var kept = HostSuppression.Run(boxes.repeat_interleave(kinds, 0), rows.reshape(-1), [.. groups], 1, rule);
        return [.. kept.Rows.data<long>().ToArray().Select(row => row / kinds)];
    }

    private static void SmoothL1(GoldenCase golden, string name)
    {
        var x = golden.InputTensor("sl_x");
        var t = golden.InputTensor("sl_t");
        var beta = name.EndsWith("_1_9", StringComparison.Ordinal)
            ? 1.0 / 9
            : double.Parse(name.Split('_')[^1], CultureInfo.InvariantCulture);
        golden.Equal(
            nn.functional.smooth_l1_loss(x, t, nn.Reduction.Sum, beta).reshape(golden.Read(golden.Expected.GetProperty(name)).Shape), name);
    }

    private static BoxCoder Coder(string weights) => new(weights == "w10" ? [10, 10, 5, 5] : [1, 1, 1, 1]);

    private static Box[] Boxes(Tensor boxes) =>
        boxes.numel() == 0 ? [] : MemoryMarshal.Cast<float, Box>(boxes.contiguous().data<float>().ToArray()).ToArray();

    private static float[] Pairs(Tensor a, Tensor b, Func<Box, Box, float> operation) =>
        [.. from first in Boxes(a) from second in Boxes(b) select operation(first, second)];

    private static float[] Pairs(Tensor a, Tensor b, PairOperation operation) => Pairs(a, b, (Box x, Box y) => operation(x, y));

    private delegate float PairOperation(in Box a, in Box b);
}
