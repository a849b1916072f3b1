using System.Diagnostics;
using System.Globalization;
using Pipeline.Training.Engine;
using Spectre.Console;

namespace Pipeline.Training.Commands;

/// <summary>Progress of a run: a bar with the time left on a terminal, plain lines elsewhere.</summary>
internal static class ConsoleProgress
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    public static T Run<T>(string name, Func<IProgress<TrainingProgress>, T> run)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            return run(new Lines(name));
        }

        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(name);
                return run(new Bar(name, task));
            });
    }

    private sealed class Bar(string name, ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            (task.MaxValue, task.Value, task.Description) = (value.Steps, value.Step, $"{Markup.Escape(name)} loss {value.Loss:F4}");
            if (value.EpochLine is { } line)
            {
                AnsiConsole.WriteLine(line);
            }
        }
    }

    private sealed class Lines(string name) : IProgress<TrainingProgress>
    {
        private readonly long start = Stopwatch.GetTimestamp();
        private long last = Stopwatch.GetTimestamp();

        public void Report(TrainingProgress value)
        {
            if (value.EpochLine is null && Stopwatch.GetElapsedTime(last) < BetweenLines)
            {
                return;
            }

            last = Stopwatch.GetTimestamp();
            var left = Stopwatch.GetElapsedTime(start) / Math.Max(1, value.Step) * (value.Steps - value.Step);
            Console.WriteLine($"{name} {value.EpochLine ?? $"step {value.Step}/{value.Steps}: loss {value.Loss:F4}"}, {left.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)} left");
        }
    }
}
