using Microsoft.Extensions.Logging;

namespace Pipeline.Shared.Commands;

/// <summary>Events whose words the caller makes, one line each.</summary>
public static partial class PlainLog
{
    /// <summary>What a command has to say of its input: a warning where the line says so, else how it gets on.</summary>
    public static void Remark(this ILogger logger, string line)
    {
        if (line.StartsWith(LogLine.Prefix(LogLevel.Warning), StringComparison.Ordinal))
        {
            logger.Warn(line);
        }
        else
        {
            logger.Tell(line);
        }
    }

    /// <summary>What only helps to follow a command closely; shown with <c>--verbosity detailed</c>.</summary>
    [LoggerMessage(LogLevel.Debug, "{Line}")]
    public static partial void Detail(this ILogger logger, string line);

    /// <summary>How the command gets on.</summary>
    [LoggerMessage(LogLevel.Information, "{Line}")]
    public static partial void Tell(this ILogger logger, string line);

    /// <summary>What the user should know although the command goes on.</summary>
    [LoggerMessage(LogLevel.Warning, "{Line}")]
    public static partial void Warn(this ILogger logger, string line);
}
