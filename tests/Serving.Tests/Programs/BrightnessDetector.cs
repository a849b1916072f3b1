using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Detection;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Serving.Tests.Programs;

/// <summary>
/// Finds one object in every image, whose box follows from the image's mean brightness; its exported model does the same, while the
/// detector itself can be made to answer something else.
/// </summary>
/// <param name="what">What differs: <c>box</c>, <c>score</c>, <c>label</c>, <c>missing</c>; null: nothing.</param>
/// <param name="difference">By how much.</param>
internal sealed class BrightnessDetector(string? what = null, double difference = 0) : Detector(nameof(BrightnessDetector))
{
    private const float Score = 0.75f, Side = 20;

    public override string Architecture => "test_brightness";

    public override object BuiltFrom => new { NumClasses };

    public override int NumClasses => 3;

    public override double ScoreThreshold => 0.05;

    public override int MaxDetections => 2;

    public override ScalarType ComputeType { get; set; }

    /// <summary>What the exported model finds, its label counted from 0.</summary>
    public static (int Label, Box Box) Find(RgbImage image)
    {
        var mean = 0.0;
        foreach (var value in image.Pixels)
        {
            mean += value;
        }

        var left = (float)(mean / image.Pixels.Length);
        return (1, new Box(left, left, left + Side, left + Side));
    }

    public override IReadOnlyList<NamedLoss> NamedLosses(
        IReadOnlyList<Tensor> images, IReadOnlyList<DetectionTarget> targets, IReadOnlyList<int>? minSizesPixels = null) => [];

    public override IReadOnlyList<ImageDetections> Detect(IReadOnlyList<Tensor> images) => [.. images.Select(Detect)];

    internal override OnnxGraph Emit()
    {
        var graph = new OnnxGraph();
        var pixels = graph.Cast(graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3), OnnxType.Float);
        var mean = graph.Op("ReduceMean", [pixels, graph.Vector(1, 2, 3)], ("keepdims", 0L));                  // [N]
        var corner = graph.Unsqueeze(graph.Unsqueeze(mean, 1), 2);                                             // [N, 1, 1]
        var box = graph.Add(corner, graph.Constant([0f, 0, Side, Side], 1, 1, 4));                             // [N, 1, 4]
        var zeros = graph.Mul(box, graph.Scalar(0));
        var zero = graph.ReduceSum(zeros, 2);                                                                  // [N, 1]
        graph.Output("boxes", graph.Concat(1, box, zeros), "N", 2, 4);
        graph.Output("scores", graph.Concat(1, graph.Add(zero, graph.Scalar(Score)), zero), "N", 2);
        var labels = graph.Concat(1, graph.Add(zero, graph.Scalar(1)), graph.Sub(zero, graph.Scalar(1)));
        graph.Output("labels", graph.Cast(labels, OnnxType.Int64), "N", 2);
        graph.Output("num_detections", graph.Cast(graph.Add(graph.ReduceSum(zero, 1), graph.Scalar(1)), OnnxType.Int64), "N");
        return graph;
    }

    private ImageDetections Detect(Tensor image)
    {
        float By(string name) => what == name ? (float)difference : 0;
        if (what == "missing")
        {
            return new ImageDetections(zeros(0, 4), zeros(0), zeros(0, dtype: int64));
        }

        var left = image.to(float64).mean().item<double>();
        var x = (float)left + By("box");
        var y = (float)left;
        return new ImageDetections(
            tensor([x, y, x + Side, y + Side], [1, 4]),
            tensor([Score + By("score")]),
            tensor([2L - (long)By("label")]));
    }
}
