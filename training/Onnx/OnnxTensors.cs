using Google.Protobuf;
using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx;

/// <summary>Initializers as torch tensors on the CPU, there and back.</summary>
internal static class OnnxTensors
{
    private static readonly (OnnxType Onnx, ScalarType Torch)[] Types =
    [
        (OnnxType.Float, ScalarType.Float32),
        (OnnxType.UInt8, ScalarType.Byte),
        (OnnxType.Int8, ScalarType.Int8),
        (OnnxType.Int32, ScalarType.Int32),
        (OnnxType.Int64, ScalarType.Int64),
        (OnnxType.Bool, ScalarType.Bool),
        (OnnxType.Float16, ScalarType.Float16),
        (OnnxType.Double, ScalarType.Float64),
    ];

    /// <returns>A copy, on the CPU.</returns>
    public static Tensor ToTorch(TensorProto tensor)
    {
        var copy = empty([.. tensor.Dims], dtype: TorchType((OnnxType)tensor.DataType));
        tensor.RawData.Span.CopyTo(copy.bytes);
        return copy;
    }

    /// <returns>A copy of the values, under a name of the graph.</returns>
    public static TensorProto FromTorch(string name, Tensor tensor)
    {
        using var host = tensor.detach().cpu().contiguous();
        return new TensorProto
        {
            Name = name,
            DataType = (int)Types.Single(pair => pair.Torch == tensor.dtype).Onnx,
            Dims = { tensor.shape },
            RawData = UnsafeByteOperations.UnsafeWrap(host.bytes.ToArray()),
        };
    }

    /// <summary>torch's name of an element type.</summary>
    public static ScalarType TorchType(OnnxType type) => Types.Single(pair => pair.Onnx == type).Torch;
}
