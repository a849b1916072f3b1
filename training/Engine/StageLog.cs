using Microsoft.Extensions.Logging;

namespace Pipeline.Training.Engine;

/// <summary>
/// Puts a stage's name before what it says, so that the lines of several stages can be told apart; a warning stays as it is.
/// </summary>
/// <param name="stage">The stage, as <c>finetune</c>.</param>
/// <param name="log">Receives everything.</param>
internal sealed class StageLog(string stage, ILogger log) : ILogger
{
    /// <inheritdoc />
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (logLevel >= LogLevel.Warning)
        {
            log.Log(logLevel, eventId, state, exception, formatter);
            return;
        }

        log.Log(logLevel, eventId, state, exception, (said, cause) => $"{stage} {formatter(said, cause)}");
    }

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

    /// <inheritdoc />
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => log.BeginScope(state);
}
