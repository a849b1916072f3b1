using Pipeline.Serving.Evaluation;
using Pipeline.Shared.Commands;
using Spectre.Console;

namespace Pipeline.Serving.Commands;

/// <summary>
/// Progress of an evaluation: a bar with speed and time left on a terminal, a line now and then elsewhere, nothing where the console is
/// quiet.
/// </summary>
/// <param name="lines">The console.</param>
/// <param name="log">Its log.</param>
/// <param name="time">The clock.</param>
internal sealed class EvaluationConsole(ConsoleLines lines, ILogger<EvaluationConsole> log, TimeProvider time)
{
    /// <summary>Shows the progress of some work.</summary>
    /// <param name="isSilent">Whether standard output is for programs.</param>
    /// <param name="work">Reports its progress.</param>
    public T Run<T>(bool isSilent, Func<IProgress<EvaluationProgress>, T> work)
    {
        if (isSilent || !log.IsEnabled(LogLevel.Information))
        {
            return work(new Unseen());
        }

        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            return work(new EvaluationLines(log, time));
        }

        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .Start(context =>
            {
                using var above = lines.Above(AnsiConsole.WriteLine);
                return work(new Bar(context.AddTask("images"), new EvaluationPace(time)));
            });
    }

    private sealed class Unseen : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value)
        {
        }
    }

    private sealed class Bar(ProgressTask task, EvaluationPace pace) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value)
        {
            task.MaxValue = Math.Max(1, value.Pixels);
            task.Value = value.PixelsDone;
            task.Description = Markup.Escape(pace.Text(value));
        }
    }
}

/// <summary>A line now and then, where there is no terminal; the first after a while, so that short work says nothing.</summary>
/// <param name="log">Receives the lines.</param>
/// <param name="time">The clock.</param>
internal sealed class EvaluationLines(ILogger log, TimeProvider time) : IProgress<EvaluationProgress>
{
    private readonly NowAndThen lines = new(time, TimeSpan.FromSeconds(10));
    private readonly EvaluationPace pace = new(time);

    /// <inheritdoc />
    public void Report(EvaluationProgress value)
    {
        if (value.ImagesDone < value.Images && lines.IsDue())
        {
            log.Info(pace.Text(value));
        }
    }
}
