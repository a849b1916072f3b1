using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Commands;

/// <summary>The lines of a run, among the reports of its progress.</summary>
/// <param name="progress">Receives each line.</param>
internal sealed class ProgressLines(IProgress<TrainingProgress> progress) : ILogger
{
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            progress.Report(new TrainingProgress(0, 0, 0, LogLine.Of(logLevel, formatter(state, exception))));
        }
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}
