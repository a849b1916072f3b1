using Pipeline.Training.Onnx.Evaluation;
using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Quantization;

/// <summary>Measures what int8 does to each layer alone: the power of its results over that of the error which rounding makes in them.</summary>
internal sealed class LayerSensitivity
{
    private readonly IReadOnlyDictionary<string, ActivationRange> inputs;
    private readonly Dictionary<string, Tensor> weights = [];
    private readonly Dictionary<string, Power> powers = [];

    /// <param name="graph">In float32.</param>
    /// <param name="layers">What is measured.</param>
    /// <param name="inputs">Ranges of what the layers read, by name.</param>
    /// <remarks>Its tensors belong to the caller's dispose scope.</remarks>
    public LayerSensitivity(OnnxGraph graph, IReadOnlyList<QuantizableLayer> layers, IReadOnlyDictionary<string, ActivationRange> inputs)
    {
        this.inputs = inputs;
        var constants = graph.Initializers.ToDictionary(tensor => tensor.Name);
        foreach (var layer in layers)
        {
            weights.Add(layer.Weight, QuantizedWeights.Of(layer, constants, inputs).Rounded());
            powers.Add(layer.Weight, new Power());
        }
    }

    /// <summary>Looks at one node; others than layers are passed over.</summary>
    public void Observe(NodeProto node, IReadOnlyList<Tensor?> given, IReadOnlyList<Tensor> results)
    {
        if (node.OpType is not ("Conv" or "Gemm") || !weights.TryGetValue(node.Input[1], out var weight))
        {
            return;
        }

        using var scope = NewDisposeScope();
        Tensor?[] rounded = [inputs[node.Input[0]].Rounded(given[0]!), weight, .. given.Skip(2)];
        var error = TorchOperators.Compute(node, rounded)[0] - results[0];
        powers[node.Input[1]].Add(results[0].square().sum(float64).item<double>(), error.square().sum(float64).item<double>());
    }

    /// <returns>Decibels, at least −100; infinite where rounding changes nothing.</returns>
    public double SignalToNoiseDb(QuantizableLayer layer) => powers[layer.Weight].RatioDb;

    private sealed class Power
    {
        private const double Least = -100;
        private double signal;
        private double noise;

        public double RatioDb => noise == 0 ? double.PositiveInfinity : Math.Max(Least, 10 * Math.Log10(signal / noise));

        public void Add(double ofSignal, double ofNoise)
        {
            signal += ofSignal;
            noise += ofNoise;
        }
    }
}
