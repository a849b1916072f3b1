using System.Diagnostics;
using System.Globalization;
using Pipeline.Training.Engine;
using Spectre.Console;

namespace Pipeline.Training.Commands;

/// <summary>Progress of a run: a bar with the time left on a terminal, plain lines elsewhere.</summary>
internal static class ConsoleProgress
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    /// <summary>A run of one stage.</summary>
    public static T Run<T>(string name, Func<IProgress<TrainingProgress>, T> run) =>
        RunStages(progress => run(new Stage(name, progress)));

    /// <summary>A run of several named stages.</summary>
    public static T RunStages<T>(Func<IProgress<(string Stage, TrainingProgress Progress)>, T> run)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            return run(new Lines());
        }

        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
            .Start(context => run(new Bars(context)));
    }

    private sealed class Stage(string name, IProgress<(string Stage, TrainingProgress Progress)> stages) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => stages.Report((name, value));
    }

    private sealed class Bars(ProgressContext context) : IProgress<(string Stage, TrainingProgress Progress)>
    {
        private readonly Dictionary<string, ProgressTask> tasks = [];

        public void Report((string Stage, TrainingProgress Progress) value)
        {
            var (name, progress) = value;
            var task = tasks.TryGetValue(name, out var known) ? known : tasks[name] = context.AddTask(name);
            (task.MaxValue, task.Value) = (progress.Steps, progress.Step);
            task.Description = progress.Loss > 0 ? FormattableString.Invariant($"{Markup.Escape(name)} loss {progress.Loss:F3}") : Markup.Escape(name);
            if (progress.EpochLine is { } line)
            {
                AnsiConsole.WriteLine($"{name} {line}");
            }
        }
    }

    private sealed class Lines : IProgress<(string Stage, TrainingProgress Progress)>
    {
        private string stage = "";
        private long start, last;

        public void Report((string Stage, TrainingProgress Progress) value)
        {
            var (name, progress) = value;
            if (name != stage)
            {
                (stage, start, last) = (name, Stopwatch.GetTimestamp(), 0);
            }

            if (progress.EpochLine is null && last != 0 && Stopwatch.GetElapsedTime(last) < BetweenLines)
            {
                return;
            }

            last = Stopwatch.GetTimestamp();
            if (progress.EpochLine is { } line)
            {
                Console.WriteLine($"{name} {line}");
                return;
            }

            var loss = progress.Loss > 0 ? FormattableString.Invariant($", loss {progress.Loss:F4}") : "";
            Console.WriteLine($"{name} {progress.Step}/{progress.Steps}{loss}{Left(progress)}");
        }

        /// <summary>The time left; nothing before the first step, when it cannot be told.</summary>
        private string Left(TrainingProgress progress)
        {
            if (progress.Step == 0)
            {
                return "";
            }

            var left = Stopwatch.GetElapsedTime(start) / progress.Step * (progress.Steps - progress.Step);
            return $", {left.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)} left";
        }
    }
}
