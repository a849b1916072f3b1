using Pipeline.Serving.Evaluation;

namespace Pipeline.Serving.Tests.Evaluation;

/// <summary>Keeps what is reported.</summary>
internal sealed class RecordedProgress : IProgress<EvaluationProgress>
{
    public List<EvaluationProgress> Reports { get; } = [];

    public Action? Reported { get; init; }

    public void Report(EvaluationProgress value)
    {
        Reports.Add(value);
        Reported?.Invoke();
    }
}
