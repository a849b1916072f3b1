using Microsoft.Extensions.Logging;

namespace Pipeline.Training.Engine;

/// <summary>
/// Prefixes a stage's lines with its name to distinguish several stages; warnings are unchanged.
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
