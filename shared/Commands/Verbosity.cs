using Microsoft.Extensions.Logging;

namespace Pipeline.Shared.Commands;

/// <summary>How much a command says besides its results.</summary>
public enum Verbosity
{
    /// <summary>Warnings and errors.</summary>
    Quiet,

    /// <summary>How it gets on, too.</summary>
    Normal,

    /// <summary>Single steps, files and times, too.</summary>
    Detailed,

    /// <summary>Everything, and where in the program an error arose.</summary>
    Debug,
}

/// <summary>What <see cref="Verbosity"/> means for the log.</summary>
public static class VerbosityLevels
{
    /// <summary>The least level that is shown.</summary>
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
