using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Evaluation;
using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Export;

/// <summary>Operators of a detector's graph that torch has no function for.</summary>
internal static class DetectorOperators
{
    /// <summary>By name.</summary>
    public static IReadOnlyDictionary<string, GraphOperator> All { get; } =
        new Dictionary<string, GraphOperator> { ["RoiAlign"] = RoiAlign };

    /// <summary>Map [N, C, H, W], boxes [K, 4], images [K] to [K, C, P, P].</summary>
    private static Tensor[] RoiAlign(NodeProto node, Tensor?[] inputs)
    {
        var pooling = new RoIAlign(
            (int)node.Attribute.Integer("output_height", otherwise: 1),
            (int)node.Attribute.Integer("output_width", otherwise: 1),
            (int)node.Attribute.Integer("sampling_ratio", otherwise: 0),
            aligned: node.Attribute.Text("coordinate_transformation_mode") != "output_half_pixel");
        var scale = node.Attribute.Number("spatial_scale", otherwise: 1);
        return [pooling.Pool([inputs[0]!], [scale], inputs[1]!, inputs[2]!, zeros_like(inputs[2]!))];
    }
}
