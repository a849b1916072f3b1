using Microsoft.Extensions.Logging;

namespace Pipeline.Shared.Commands;

/// <summary>
/// The log of a command on the console, one plain line per event. Progress goes to standard output; warnings, errors and details go to
/// standard error, so that programs can parse the output.
/// </summary>
/// <param name="lines">Receives the lines.</param>
public sealed class ConsoleLog(ConsoleLines lines) : ILoggerProvider
{
    /// <summary>Which events are shown; set once the command line is parsed.</summary>
    public Verbosity Verbosity { get; set; } = Verbosity.Normal;

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Events(this);

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private void Write(LogLevel level, string message, Exception? exception)
    {
        var line = LogLine.Of(level, message);
        if (exception is not null && Verbosity.ShowsStackTraces())
        {
            line += Environment.NewLine + exception;
        }

        if (level == LogLevel.Information)
        {
            lines.Write(line);
        }
        else
        {
            lines.WriteError(line);
        }
    }

    private sealed class Events(ConsoleLog log) : ILogger
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
                log.Write(logLevel, formatter(state, exception), exception);
            }
        }

        public bool IsEnabled(LogLevel logLevel) => logLevel >= log.Verbosity.LeastLevel() && logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
