using Pipeline.Training.Engine;

namespace Pipeline.Training.Tests.Engine;

/// <summary>Ends a run after its first step.</summary>
internal sealed class EndAfterFirstStep(CancellationTokenSource source) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => source.Cancel();
}
