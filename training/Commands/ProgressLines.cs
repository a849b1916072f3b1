using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Commands;

/// <summary>A line every ten seconds, where there is no terminal.</summary>
/// <param name="log">Receives the lines.</param>
internal sealed class ProgressLines(ILogger log) : IProgress<(string Stage, TrainingProgress Progress)>
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);
    private string stage = "";
    private long start;
    private long firstStep;
    private long last;

    /// <inheritdoc />
    public void Report((string Stage, TrainingProgress Progress) value)
    {
        var (name, progress) = value;
        if (name != stage)
        {
            stage = name;
            start = Stopwatch.GetTimestamp();
            firstStep = progress.Step;
            last = 0;
        }

        if (last != 0 && Stopwatch.GetElapsedTime(last) < BetweenLines)
        {
            return;
        }

        last = Stopwatch.GetTimestamp();

        var loss = progress.Loss > 0 ? FormattableString.Invariant($", loss {progress.Loss:F4}") : "";
        log.Info($"{name} {progress.Step}/{progress.Steps}{loss}{Left(progress)}");
    }

    /// <summary>The time left by the steps since the first line; empty while it cannot be estimated.</summary>
    private string Left(TrainingProgress progress)
    {
        var made = progress.Step - firstStep;
        if (made == 0)
        {
            return "";
        }

        var left = Stopwatch.GetElapsedTime(start) / made * (progress.Steps - progress.Step);
        return $", {left.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)} left";
    }
}
