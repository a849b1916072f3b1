using Pipeline.Training.Onnx.Proto;
using Pipeline.Training.Onnx.Quantization;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Passes;

/// <summary>
/// Stores the weights of layers as int8 with a scale a channel, and puts QuantizeLinear and DequantizeLinear around the activations
/// between them, uint8 with a zero point. ONNX Runtime takes these together with the layer and computes it in whole numbers.
/// </summary>
/// <param name="plan">What becomes int8.</param>
internal sealed class QuantizeToInt8(Int8Plan plan) : IOnnxPass
{
    public void Apply(OnnxGraph graph)
    {
        using var scope = NewDisposeScope();
        var nodes = graph.Nodes.ToList();
        var rewriting = new Rewriting(graph, plan);
        foreach (var node in nodes)
        {
            rewriting.Add(node);
        }

        graph.Rewrite(rewriting.Nodes, graph.Initializers);
    }

    /// <summary>The graph's nodes with those in between that change the types of values.</summary>
    private sealed class Rewriting
    {
        private readonly OnnxGraph graph;
        private readonly Dictionary<string, TensorProto> constants;
        private readonly Dictionary<string, ActivationRange> ranges;
        private readonly Dictionary<string, QuantizedWeights> weights;
        private readonly Dictionary<string, string> dequantized = [];
        private readonly List<NodeProto> nodes = [];

        public Rewriting(OnnxGraph graph, Int8Plan plan)
        {
            this.graph = graph;
            constants = graph.Initializers.ToDictionary(tensor => tensor.Name);
            ranges = QuantizedValues.Of(graph, plan.Weights).ToDictionary(value => value.Key, value => plan.Ranges[value.Value]);
            weights = plan.Layers.ToDictionary(layer => layer.Weight, layer => QuantizedWeights.Of(layer, constants, ranges));
        }

        public IReadOnlyList<NodeProto> Nodes => nodes;

        public void Add(NodeProto node)
        {
            if (node.OpType is "Conv" or "Gemm" && weights.TryGetValue(node.Input[1], out var quantized))
            {
                AddConstants(node, quantized);
            }

            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = dequantized.GetValueOrDefault(node.Input[i], node.Input[i]);
            }

            nodes.Add(node);
            if (ranges.TryGetValue(node.Output[0], out var range))
            {
                AddPair(node.Output[0], range);
            }
        }

        /// <summary>Weights are shared by all nodes of a layer; a bias depends on the scale of what its node reads.</summary>
        private void AddConstants(NodeProto node, QuantizedWeights quantized)
        {
            var weight = node.Input[1];
            if (!dequantized.ContainsKey(weight))
            {
                dequantized.Add(weight, Dequantize(quantized.Values, quantized.Scales));
            }

            if (node.Input.Count > 2)
            {
                var range = ranges[node.Input[0]];
                var bias = quantized.Bias(OnnxTensors.ToTorch(constants[node.Input[2]]), range);
                node.Input[2] = Dequantize(bias, quantized.BiasScales(range));
            }
        }

        private void AddPair(string value, ActivationRange range)
        {
            var scale = graph.Constant([range.Scale]);
            var zeroPoint = graph.Constant(OnnxType.UInt8, [range.ZeroPoint], []);
            var whole = Take(graph.Op("QuantizeLinear", [new OnnxValue(value, OnnxType.Float), scale, zeroPoint]));
            var back = Take(graph.Op("DequantizeLinear", [whole, scale, zeroPoint]));
            dequantized.Add(value, back.Name);
        }

        /// <summary>
        /// A constant with a scale for each of its rows. Its zero points are 0; where they are left out, ONNX Runtime leaves a Gemm in
        /// float32.
        /// </summary>
        private string Dequantize(Tensor values, Tensor scales)
        {
            var zeroPoints = zeros_like(scales, values.dtype);
            return Take(graph.Op("DequantizeLinear", [Constant(values), Constant(scales), Constant(zeroPoints)], ("axis", 0L))).Name;
        }

        private OnnxValue Constant(Tensor tensor)
        {
            var stored = OnnxTensors.FromTorch("", tensor);
            return graph.Constant((OnnxType)stored.DataType, stored.RawData.ToByteArray(), stored.Dims);
        }

        /// <summary>The graph adds nodes at its end; here they get their place.</summary>
        private OnnxValue Take(OnnxValue result)
        {
            nodes.Add(graph.Nodes[^1]);
            return result;
        }
    }
}
