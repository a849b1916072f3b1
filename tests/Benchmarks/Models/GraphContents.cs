using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Benchmarks.Models;

/// <summary>What an ONNX file holds.</summary>
/// <param name="Operators">How many nodes of each operator there are.</param>
/// <param name="Parameters">Numbers that were learned: constants of floating or of quantized type, without scales and zero points.</param>
/// <param name="Bytes">Length of the file.</param>
internal sealed record GraphContents(IReadOnlyDictionary<string, int> Operators, long Parameters, long Bytes)
{
    /// <param name="path">The file.</param>
    public static GraphContents Read(string path)
    {
        var (bytes, model) = OnnxFile.Read(path);
        var quantizations = model.Graph.Node.Where(node => node.OpType is "QuantizeLinear" or "DequantizeLinear");
        var scales = quantizations.SelectMany(node => node.Input.Skip(1)).ToHashSet();
        var learned = model.Graph.Initializer.Where(tensor => IsNumber(tensor) && !scales.Contains(tensor.Name));
        return new GraphContents(
            model.Graph.Node.CountBy(node => node.OpType).ToDictionary(),
            learned.Sum(tensor => tensor.Dims.Aggregate(1L, (product, size) => product * size)),
            bytes.Length);
    }

    /// <summary>Shapes and indices are int64, and learned biases of int8 layers int32.</summary>
    private static bool IsNumber(TensorProto tensor) =>
        (OnnxType)tensor.DataType is OnnxType.Float or OnnxType.Float16 or OnnxType.Int8 or OnnxType.Int32;
}
