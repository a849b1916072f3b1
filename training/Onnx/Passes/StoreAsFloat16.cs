using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Passes;

/// <summary>
/// Stores the weights of convolutions and products as float16, which halves the file, and casts them back. ONNX Runtime does that once,
/// at load; everything is computed in float32 as before, so that no activation can leave float16's range.
/// </summary>
/// <remarks>
/// Convolutions that compute in float16 were tried as well: on a processor ONNX Runtime computes them in float32 with the same answers,
/// but no longer fuses <c>Relu</c> with them, and activations above 65,504 became infinite. On a GPU, TensorRT computes either in float16
/// when it is told to.
/// </remarks>
internal sealed class StoreAsFloat16 : IOnnxPass
{
    private const string Suffix = "_fp16";

    /// <summary>Rounding to 11 bits takes less than half of this; more is lost only where values are beyond float16's range.</summary>
    private const double LargestLoss = 1e-3;

    /// <inheritdoc />
    public void Apply(OnnxGraph graph)
    {
        var weights = graph.Nodes.Where(node => node.OpType is "Conv" or "Gemm").Select(node => node.Input[1]).ToHashSet();
        var initializers = new List<TensorProto>();
        var casts = new List<NodeProto>();
        foreach (var tensor in graph.Initializers)
        {
            var isWeight = weights.Contains(tensor.Name) && tensor.DataType == (int)OnnxType.Float;
            var rounded = isWeight ? Round(tensor) : null;
            initializers.Add(rounded ?? tensor);
            if (rounded is not null)
            {
                casts.Add(Cast(rounded.Name, tensor.Name));
            }
        }

        OnnxValue[] added = [.. casts.Select(cast => new OnnxValue(cast.Input[0], OnnxType.Float16))];
        graph.Rewrite([.. casts, .. graph.Nodes], initializers, added);
    }

    /// <returns>The tensor in float16; null where its values are beyond the range, so that it stays as it is.</returns>
    private static TensorProto? Round(TensorProto tensor)
    {
        using var scope = NewDisposeScope();
        var values = OnnxTensors.ToTorch(tensor);
        var rounded = values.to(float16);
        var loss = (rounded.to(float32) - values).norm().item<float>();
        var fits = loss <= LargestLoss * values.norm().item<float>();   // false as well where a value became infinite
        return fits ? OnnxTensors.FromTorch(tensor.Name + Suffix, rounded) : null;
    }

    private static NodeProto Cast(string from, string to) => new()
    {
        Name = $"{to}_cast",
        OpType = "Cast",
        Input = { from },
        Output = { to },
        Attribute = { OnnxAttributes.Create("to", (long)OnnxType.Float) },
    };
}
