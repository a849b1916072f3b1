using Pipeline.Training.Engine;

namespace Pipeline.Training.Tests.Engine;

/// <summary>Collects what a run says in whole lines.</summary>
/// <param name="lines">Receives them.</param>
internal sealed class ReportedLines(List<string> lines) : IProgress<TrainingProgress>
{
    /// <inheritdoc />
    public void Report(TrainingProgress value)
    {
        if (value.EpochLine is { } line)
        {
            lines.Add(line);
        }
    }
}
