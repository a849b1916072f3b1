using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.Serving.Observability;

/// <summary>What the lines of the service's log contain.</summary>
/// <param name="StackTraces">Whether a stack trace follows an exception; its type and message are in the line in either case.</param>
internal sealed record ServiceLineOptions(bool StackTraces);

/// <summary>
/// Writes an event as one line: time (UTC), level, category with the event's number, message, and the ids of the request that it is about.
/// </summary>
/// <param name="options">Whether stack traces follow.</param>
internal sealed class ServiceLineFormatter(ServiceLineOptions options) : ConsoleFormatter(FormatterName)
{
    /// <summary>The name under which the console logger finds this formatter.</summary>
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
        var level = LevelName(logEntry.LogLevel);
        var line = message.ReplaceLineEndings(" ");
        textWriter.WriteLine($"{time} {level}: {logEntry.Category}[{logEntry.EventId.Id}] {line}{Ids(scopeProvider)}");
        if (options.StackTraces && logEntry.Exception is not null)
        {
            textWriter.WriteLine(logEntry.Exception);
        }
    }

    private static string Ids(IExternalScopeProvider? scopes)
    {
        var ids = new StringBuilder();
        scopes?.ForEachScope(
            static (scope, text) =>
            {
                if (scope is RequestScope request)
                {
                    text.Append(CultureInfo.InvariantCulture, $" request_id={request.RequestId}");
                    text.Append(request.TraceId is null ? "" : $" trace_id={request.TraceId}");
                }
            },
            ids);
        return ids.ToString();
    }

    /// <summary>The level in four letters, so that the columns line up.</summary>
    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
