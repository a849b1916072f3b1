using System.ComponentModel.DataAnnotations;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

/// <summary>What a toy detector is built from.</summary>
public sealed record ToyOptions
{
    /// <summary>Classes with the background.</summary>
    [Range(2, 1000)] public int NumClasses { get; init; } = 2;

    /// <summary>Channels of its maps.</summary>
    [Range(1, 256)] public int Channels { get; init; } = 16;
}

/// <summary>The toy's architecture, which only the tests know.</summary>
internal sealed class ToyArchitecture : IDetectorArchitecture
{
    public string Name => ToyDetector.ArchitectureName;

    public Detector Create(FinetuneOptions options, Generator sampling) =>
        new ToyDetector(new ToyOptions { NumClasses = options.Labels.Count + 1 });

    public Detector Read(SafetensorsContent content, string key, string path) =>
        new ToyDetector(CheckpointMetadata.Read<ToyOptions>(content, key, path));
}

/// <summary>
/// A detector of one stage, as small as can be: a heat map of object centers for each class and, in each cell, the object's size
/// (the idea of Zhou et al. 2019, without its offsets).
/// </summary>
internal sealed class ToyDetector : Detector
{
    public const string ArchitectureName = "toy_centers";
    private const int Stride = 8, Rows = 10;

    private readonly ToyOptions options;
    private readonly Conv2d[] layers;
    private readonly Conv2d heat;
    private readonly Conv2d size;
    private readonly MaxPool2d neighborhood = nn.MaxPool2d(3, 1, 1);

    public ToyDetector(ToyOptions options)
        : base(nameof(ToyDetector))
    {
        this.options = options;
        var channels = options.Channels;
        layers = [Layer(3, channels), Layer(channels, channels), Layer(channels, channels)];
        heat = nn.Conv2d(channels, options.NumClasses - 1, 1);
        size = nn.Conv2d(channels, 2, 1);
        for (var layer = 0; layer < layers.Length; layer++)
        {
            register_module($"layer{layer}", layers[layer]);
        }

        register_module("heat", heat);
        register_module("size", size);
    }

    public override string Architecture => ArchitectureName;

    public override object BuiltFrom => options;

    public override int NumClasses => options.NumClasses;

    public override double ScoreThreshold => 0.05;

    public override int MaxDetections => Rows;

    public override ScalarType ComputeType { get; set; }

    public override IReadOnlyList<NamedLoss> NamedLosses(
        IReadOnlyList<Tensor> images,
        IReadOnlyList<DetectionTarget> targets,
        IReadOnlyList<int>? minSizesPixels = null)
    {
        var losses = images.Zip(targets, Losses).ToList();
        return
        [
            new("lossHeat", stack([.. losses.Select(loss => loss.Heat)]).mean()),
            new("lossSize", stack([.. losses.Select(loss => loss.Size)]).mean()),
        ];
    }

    public override IReadOnlyList<ImageDetections> Detect(IReadOnlyList<Tensor> images)
    {
        using var _ = no_grad();
        return [.. images.Select(Detect)];
    }

    internal override OnnxGraph Emit()
    {
        var graph = new OnnxGraph();
        var image = graph.Transpose(graph.Cast(graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3), OnnxType.Float), 0, 3, 1, 2);
        var map = graph.Div(image, graph.Scalar(255));
        foreach (var layer in layers)
        {
            map = graph.Relu(graph.Conv(map, layer));
        }

        var scores = graph.Op("Sigmoid", [graph.Conv(map, heat)]);
        var isPeak = graph.Op("Equal", [scores, graph.MaxPool(scores, neighborhood)]);
        var peaks = graph.Op("Reshape", [graph.Where(isPeak, scores, graph.Scalar(0)), graph.Vector(0, -1)]);
        var (best, indices) = graph.TopK(peaks, graph.Vector(Rows));
        var width = graph.Dimension(map, 3);
        var cells = graph.Mul(graph.Dimension(map, 2), width);
        var cell = graph.Op("Mod", [indices, cells]);
        var x = Center(graph, graph.Op("Mod", [cell, width]));
        var y = Center(graph, graph.Div(cell, width));
        var sides = graph.Mul(graph.Op("Exp", [graph.Conv(map, size)]), graph.Scalar(Stride / 2.0));
        var halfWidth = AtCells(graph, sides, cell, 0);
        var halfHeight = AtCells(graph, sides, cell, 1);
        OnnxValue[] corners = [graph.Sub(x, halfWidth), graph.Sub(y, halfHeight), graph.Add(x, halfWidth), graph.Add(y, halfHeight)];
        var boxes = graph.Concat(2, [.. corners.Select(corner => graph.Unsqueeze(corner, 2))]);
        var holds = graph.Op("Greater", [best, graph.Scalar(ScoreThreshold)]);
        graph.Output("boxes", graph.Where(graph.Unsqueeze(holds, 2), boxes, graph.Scalar(0)), "N", Rows, 4);
        graph.Output("scores", graph.Where(holds, best, graph.Scalar(0)), "N", Rows);
        graph.Output("labels", graph.Where(holds, graph.Div(indices, cells), graph.Vector(-1)), "N", Rows);
        var count = graph.Op("ReduceSum", [graph.Cast(holds, OnnxType.Int64), graph.Vector(1)], ("keepdims", 0L));
        graph.Output("num_detections", count, "N");
        return graph;
    }

    private static Conv2d Layer(int input, int output) => nn.Conv2d(input, output, 3, stride: 2, padding: 1);

    private static OnnxValue Center(OnnxGraph graph, OnnxValue cell) =>
        graph.Mul(graph.Add(graph.Cast(cell, OnnxType.Float), graph.Scalar(0.5)), graph.Scalar(Stride));

    /// <summary>[N, D]: one of the two maps of half sides at the cells.</summary>
    private static OnnxValue AtCells(OnnxGraph graph, OnnxValue sides, OnnxValue cell, long axis)
    {
        var flat = graph.Op("Reshape", [graph.Slice(sides, 1, axis, axis + 1), graph.Vector(0, -1)]);
        return graph.Op("GatherElements", [flat, cell], ("axis", 1L));
    }

    private (Tensor Heat, Tensor Size) Forward(Tensor image)
    {
        var map = image.dtype == uint8 ? image.to(float32) / 255 : image;
        map = map.unsqueeze(0);
        foreach (var layer in layers)
        {
            map = layer.call(map).relu();
        }

        return (heat.call(map)[0], size.call(map)[0]);
    }

    private (Tensor Heat, Tensor Size) Losses(Tensor image, DetectionTarget target)
    {
        var (logits, sizes) = Forward(image);
        var wanted = zeros_like(logits);
        var height = logits.shape[1];
        var width = logits.shape[2];
        var centers = (target.Boxes[.., ..2] + target.Boxes[.., 2..]) / (2 * Stride);
        var x = centers[.., 0].to(int64).clamp(0, width - 1);
        var y = centers[.., 1].to(int64).clamp(0, height - 1);
        wanted.index_put_(ones(target.Labels.shape[0]), target.Labels - 1, y, x);
        var heatLoss = nn.functional.binary_cross_entropy_with_logits(logits, wanted, pos_weights: tensor(20f));
        var sides = ((target.Boxes[.., 2..] - target.Boxes[.., ..2]) / Stride).clamp(min: 0.1).log();
        var found = stack([sizes[0].index(y, x), sizes[1].index(y, x)], 1);
        return (heatLoss, (found - sides).abs().sum() / Math.Max(1, target.Labels.shape[0]));
    }

    private ImageDetections Detect(Tensor image)
    {
        var (logits, sizes) = Forward(image);
        var scores = logits.sigmoid();
        var peaks = scores * scores.eq(neighborhood.call(scores.unsqueeze(0))[0]).to(float32);
        var (best, index) = peaks.flatten().topk((int)Math.Min(Rows, peaks.numel()));
        var cells = scores.shape[1] * scores.shape[2];
        var cell = index % cells;
        var x = (cell % scores.shape[2] + 0.5) * Stride;
        var y = (cell.div(scores.shape[2], RoundingMode.floor) + 0.5) * Stride;
        var half = sizes.flatten(1).index_select(1, cell).exp() * (Stride / 2.0);
        var boxes = stack([x - half[0], y - half[1], x + half[0], y + half[1]], 1);
        var kept = best.gt(ScoreThreshold).nonzero().view(-1);
        var labels = index.div(cells, RoundingMode.floor) + 1;
        return new ImageDetections(boxes.index_select(0, kept).to(float32), best.index_select(0, kept), labels.index_select(0, kept));
    }
}
