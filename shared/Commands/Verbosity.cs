using Microsoft.Extensions.Logging;

namespace Pipeline.Shared.Commands;

/// <summary>How much a command prints besides its results.</summary>
public enum Verbosity
{
    /// <summary>Warnings and errors only.</summary>
    Quiet,

    /// <summary>Progress too.</summary>
    Normal,

    /// <summary>Individual steps, files and times too.</summary>
    Detailed,

    /// <summary>Everything, including stack traces.</summary>
    Debug,
}

/// <summary>Maps <see cref="Verbosity"/> to log levels.</summary>
public static class VerbosityLevels
{
    /// <summary>The lowest level that is shown.</summary>
    public static LogLevel LeastLevel(this Verbosity verbosity) => verbosity switch
    {
        Verbosity.Quiet => LogLevel.Warning,
        Verbosity.Normal => LogLevel.Information,
        Verbosity.Detailed => LogLevel.Debug,
        _ => LogLevel.Trace,
    };

    /// <summary>Whether an error is shown with its stack trace.</summary>
    public static bool ShowsStackTraces(this Verbosity verbosity) => verbosity == Verbosity.Debug;
}
