namespace Pipeline.Serving.Inference;

/// <summary>
/// Decides after which executions ONNX Runtime gives memory back. Its arena grows to the largest execution ever and stays so; giving
/// memory back costs time, so only an execution that is unusually large for what came before does it.
/// </summary>
internal sealed class ArenaShrinking
{
    /// <summary>How many times the mean an execution must be.</summary>
    private const double Unusual = 4;

    /// <summary>Executions that matter: 1 megapixel.</summary>
    private const long LeastBytes = 3_000_000;

    /// <summary>Of the newest execution in the moving mean.</summary>
    private const double Weight = 0.1;

    private readonly Lock gate = new();
    private double? meanBytes;

    /// <summary>Whether the arena is to shrink after an execution.</summary>
    /// <param name="bytes">Bytes of its images.</param>
    public bool IsDue(long bytes)
    {
        lock (gate)
        {
            var isUnusual = meanBytes is { } mean && bytes >= LeastBytes && bytes > Unusual * mean;
            meanBytes = meanBytes is { } known ? known + Weight * (bytes - known) : bytes;
            return isUnusual;
        }
    }
}
