using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Training.Engine;
using Spectre.Console;

namespace Pipeline.Training.Commands;

/// <summary>Progress of a run: a bar with the time left on a terminal, plain lines elsewhere, nothing where the console is quiet.</summary>
/// <param name="lines">The console.</param>
/// <param name="log">Its log.</param>
internal sealed class ConsoleProgress(ConsoleLines lines, ILogger<ConsoleProgress> log)
{
    /// <summary>A run of one stage.</summary>
    public T Run<T>(string name, Func<IProgress<TrainingProgress>, T> run) =>
        RunStages(progress => run(new Stage(name, progress)));

    /// <summary>Work on a known number of items.</summary>
    /// <param name="name">The work.</param>
    /// <param name="count">The number of items.</param>
    /// <param name="run">Reports the number of items done.</param>
    public T RunCounted<T>(string name, int count, Func<IProgress<int>, T> run) =>
        Run(name, progress => run(new Items(count, progress)));

    /// <summary>A run of several named stages.</summary>
    public T RunStages<T>(Func<IProgress<(string Stage, TrainingProgress Progress)>, T> run)
    {
        if (!log.IsEnabled(LogLevel.Information))
        {
            return run(new Unseen());
        }

        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            return run(new ProgressLines(log));
        }

        return AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn(),
                new RemainingTimeColumn())
            .Start(context =>
            {
                using var above = lines.Above(AnsiConsole.WriteLine);
                return run(new ProgressBars(context));
            });
    }

    private sealed class Stage(string name, IProgress<(string Stage, TrainingProgress Progress)> stages) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => stages.Report((name, value));
    }

    private sealed class Items(int count, IProgress<TrainingProgress> progress) : IProgress<int>
    {
        public void Report(int value) => progress.Report(new TrainingProgress(value, count, Loss: 0));
    }

    private sealed class Unseen : IProgress<(string Stage, TrainingProgress Progress)>
    {
        public void Report((string Stage, TrainingProgress Progress) value)
        {
        }
    }
}
