using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.Serving.Observability;

/// <summary>How the service's lines look.</summary>
/// <param name="StackTraces">Whether an exception is shown with its stack trace; else its type and message stand in the line.</param>
internal sealed record ServiceLineOptions(bool StackTraces);

/// <summary>An event as one line: time (UTC), level, category with the event's number, message.</summary>
/// <param name="options">What is shown.</param>
internal sealed class ServiceLineFormatter(ServiceLineOptions options) : ConsoleFormatter(FormatterName)
{
    /// <summary>Its name among the console's formatters.</summary>
    public const string FormatterName = "pipeline";

    /// <inheritdoc />
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is { } exception)
        {
            message += $" {exception.GetType().Name}: {exception.Message}";
        }

        var time = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var level = Word(logEntry.LogLevel);
        textWriter.WriteLine($"{time} {level}: {logEntry.Category}[{logEntry.EventId.Id}] {message.ReplaceLineEndings(" ")}");
        if (options.StackTraces && logEntry.Exception is not null)
        {
            textWriter.WriteLine(logEntry.Exception);
        }
    }

    /// <summary>Four letters, so that the columns stand below each other.</summary>
    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
