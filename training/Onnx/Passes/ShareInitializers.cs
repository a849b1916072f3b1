using System.IO.Hashing;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Onnx.Passes;

/// <summary>Keeps one of all initializers with the same type, shape and values; nodes that read another read that one.</summary>
internal sealed class ShareInitializers : IOnnxPass
{
    public void Apply(OnnxGraph graph)
    {
        var kept = new Dictionary<TensorProto, string>(new SameValues());
        var names = new Dictionary<string, string>();
        var initializers = new List<TensorProto>();
        foreach (var tensor in graph.Initializers)
        {
            if (kept.TryAdd(tensor, tensor.Name))
            {
                initializers.Add(tensor);
            }

            names[tensor.Name] = kept[tensor];
        }

        foreach (var inputs in graph.Nodes.Select(node => node.Input))
        {
            for (var i = 0; i < inputs.Count; i++)
            {
                inputs[i] = names.GetValueOrDefault(inputs[i], inputs[i]);
            }
        }

        graph.Rewrite(graph.Nodes, initializers);
    }

    /// <summary>Tensors compared by all but their names.</summary>
    private sealed class SameValues : IEqualityComparer<TensorProto>
    {
        public bool Equals(TensorProto? a, TensorProto? b) =>
            a!.DataType == b!.DataType && a.Dims.Equals(b.Dims) && a.RawData.Span.SequenceEqual(b.RawData.Span);

        public int GetHashCode(TensorProto tensor) => (int)XxHash3.HashToUInt64(tensor.RawData.Span, tensor.DataType);
    }
}
