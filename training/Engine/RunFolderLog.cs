using System.Globalization;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;

namespace Pipeline.Training.Engine;

/// <summary>
/// The log of a run: what is of level information or above is written to <c>log.txt</c> of the run's folder with its time (UTC),
/// whatever the console shows; everything is passed to the console.
/// </summary>
/// <param name="folder">The run's folder; while it does not exist, lines go only to the console.</param>
/// <param name="console">Receives everything; it decides itself what it shows.</param>
internal sealed class RunFolderLog(string folder, ILogger console) : ILogger
{
    private readonly Lock writing = new();

    /// <inheritdoc />
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (IsKept(logLevel) && Directory.Exists(folder))
        {
            Append(LogLine.Of(logLevel, formatter(state, exception)));
        }

        console.Log(logLevel, eventId, state, exception, formatter);
    }

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => IsKept(logLevel) || console.IsEnabled(logLevel);

    /// <inheritdoc />
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => console.BeginScope(state);

    private static bool IsKept(LogLevel level) => level is >= LogLevel.Information and < LogLevel.None;

    private void Append(string line)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ} {line}\n");
        lock (writing)
        {
            File.AppendAllText(Path.Combine(folder, "log.txt"), text);
        }
    }
}
