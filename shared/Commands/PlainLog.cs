using Microsoft.Extensions.Logging;

namespace Pipeline.Shared.Commands;

/// <summary>Log events of one line whose text the caller writes.</summary>
public static partial class PlainLog
{
    /// <summary>Logs a remark about the input: as a warning if it begins with <c>warning: </c>, otherwise as information.</summary>
    public static void Remark(this ILogger logger, string line)
    {
        if (line.StartsWith(LogLine.Prefix(LogLevel.Warning), StringComparison.Ordinal))
        {
            logger.Warn(line);
        }
        else
        {
            logger.Info(line);
        }
    }

    /// <summary>A detail of a command's work; shown with <c>--verbosity detailed</c>.</summary>
    [LoggerMessage(LogLevel.Debug, "{Line}")]
    public static partial void Detail(this ILogger logger, string line);

    /// <summary>A command's progress.</summary>
    [LoggerMessage(LogLevel.Information, "{Line}")]
    public static partial void Info(this ILogger logger, string line);

    /// <summary>Something the user should know although the command continues.</summary>
    [LoggerMessage(LogLevel.Warning, "{Line}")]
    public static partial void Warn(this ILogger logger, string line);
}
