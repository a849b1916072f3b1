using Pipeline.Training.Onnx;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>What is known of a value before the model runs.</summary>
/// <param name="Type">Of its elements.</param>
/// <param name="Dims">Its dimensions; null where the size is known only when the model runs.</param>
/// <param name="Integers">The values of a constant int64 vector; null for anything else.</param>
internal sealed record InferredValue(OnnxType Type, IReadOnlyList<long?> Dims, IReadOnlyList<long>? Integers = null)
{
    public int Rank => Dims.Count;

    public override string ToString() => $"{Type} [{string.Join(", ", Dims.Select(size => size?.ToString() ?? "?"))}]";
}

/// <summary>A node's inputs do not fit its operator.</summary>
internal sealed class InferenceException(string message) : Exception(message);
