using Microsoft.Extensions.Logging;

namespace Pipeline.Shared.Commands;

/// <summary>Formats a log event as one line, for the console and a run's <c>log.txt</c>.</summary>
public static class LogLine
{
    /// <summary>
    /// Puts the message on one line, prefixed with <c>warning: </c> or <c>error: </c> if it is one and does not begin that way.
    /// </summary>
    /// <param name="level">The event's level.</param>
    /// <param name="message">The event's message.</param>
    public static string Of(LogLevel level, string message)
    {
        var line = message.ReplaceLineEndings(" ");
        var prefix = Prefix(level);
        return line.StartsWith(prefix, StringComparison.Ordinal) ? line : prefix + line;
    }

    internal static string Prefix(LogLevel level) => level switch
    {
        LogLevel.Warning => "warning: ",
        LogLevel.Error or LogLevel.Critical => "error: ",
        _ => "",
    };
}
