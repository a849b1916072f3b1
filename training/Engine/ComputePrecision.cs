using TorchSharp;

namespace Pipeline.Training.Engine;

/// <summary>The element type that convolutions and linear layers compute in; weights, statistics, losses and optimiser stay float32.</summary>
public enum ComputePrecision
{
    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>16-bit with float32's range: it needs no loss scaling.</summary>
    BFloat16,

    /// <summary>16-bit with a small range: the loss is scaled.</summary>
    Float16,
}

internal static class ComputePrecisionTypes
{
    public static torch.ScalarType Type(this ComputePrecision precision) => precision switch
    {
        ComputePrecision.BFloat16 => torch.ScalarType.BFloat16,
        ComputePrecision.Float16 => torch.ScalarType.Float16,
        _ => torch.ScalarType.Float32,
    };
}
