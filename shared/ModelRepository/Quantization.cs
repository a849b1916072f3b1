namespace Pipeline.Shared.ModelRepository;

/// <summary>How the weights and activations of an int8 model were chosen.</summary>
/// <param name="CalibrationImages">Images whose activations set the ranges.</param>
/// <param name="Method">How a range follows from the activations, as <c>percentile 99.999</c>.</param>
/// <param name="Int8Layers">Convolutions and Gemms in int8.</param>
/// <param name="FloatLayers">Those that stay in float32, and why.</param>
public sealed record Quantization(
    int CalibrationImages,
    string Method,
    int Int8Layers,
    IReadOnlyList<FloatLayer> FloatLayers);

/// <summary>A layer of an int8 model that stays in float32.</summary>
/// <param name="Name">Name of its node in the graph.</param>
/// <param name="Reason">Why it stays, as <c>its results are scores and boxes</c>.</param>
/// <param name="SignalToNoiseDb">Its output's power over the error that int8 makes in it, in decibels; null: not measured.</param>
public sealed record FloatLayer(string Name, string Reason, double? SignalToNoiseDb);
