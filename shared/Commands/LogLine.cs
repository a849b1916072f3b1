using Microsoft.Extensions.Logging;

namespace Pipeline.Shared.Commands;

/// <summary>How an event of the log looks as one line, on the console and in a run's <c>log.txt</c>.</summary>
public static class LogLine
{
    /// <summary>
    /// Puts the message on one line, with <c>warning: </c> or <c>error: </c> in front where it is one and does not say so.
    /// </summary>
    /// <param name="level">The event's level.</param>
    /// <param name="message">What it says.</param>
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
