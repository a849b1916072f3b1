namespace Pipeline.Training.Onnx.Quantization;

/// <summary>What of a graph becomes int8, and how.</summary>
/// <param name="Layers">Layers in int8.</param>
/// <param name="FloatLayers">The others.</param>
/// <param name="Ranges">Of every activation that may be quantized, by its name.</param>
internal sealed record Int8Plan(
    IReadOnlyList<QuantizableLayer> Layers,
    IReadOnlyList<UnquantizedLayer> FloatLayers,
    IReadOnlyDictionary<string, ActivationRange> Ranges)
{
    /// <summary>Names of the weights of the layers in int8.</summary>
    public IReadOnlySet<string> Weights => Layers.Select(layer => layer.Weight).ToHashSet();
}

/// <summary>A layer that stays in float32.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="SignalToNoiseDb">What int8 would do to its results; null: it stays whatever that is.</param>
internal sealed record UnquantizedLayer(QuantizableLayer Layer, double? SignalToNoiseDb);
