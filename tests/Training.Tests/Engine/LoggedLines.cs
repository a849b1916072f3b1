using Microsoft.Extensions.Logging;

namespace Pipeline.Training.Tests.Engine;

/// <summary>Collects what is logged from a level on, as it would stand in words.</summary>
/// <param name="least">The least level that is taken.</param>
internal sealed class LoggedLines(LogLevel least) : ILogger
{
    private readonly Lock adding = new();

    /// <summary>Each event's level and message.</summary>
    public List<(LogLevel Level, string Message)> Events { get; } = [];

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        lock (adding)
        {
            Events.Add((logLevel, formatter(state, exception)));
        }
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}
