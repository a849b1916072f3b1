using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pipeline.Training.Engine;

/// <summary>How a run is entered, watched and ended.</summary>
public sealed record RunControl
{
    /// <summary>Resume the run in the output folder; on the CPU with bit-identical weights.</summary>
    public bool Resume { get; init; }

    /// <summary>Receives every line that the run says, besides its <c>log.txt</c>.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>Receives every step.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Ends the run after the step; its state is saved first.</summary>
    public CancellationToken Cancellation { get; init; }
}
