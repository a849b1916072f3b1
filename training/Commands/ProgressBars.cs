using Pipeline.Training.Engine;
using Spectre.Console;

namespace Pipeline.Training.Commands;

/// <summary>A bar for each stage on a terminal.</summary>
/// <param name="context">What draws them.</param>
internal sealed class ProgressBars(ProgressContext context) : IProgress<(string Stage, TrainingProgress Progress)>
{
    private readonly Dictionary<string, ProgressTask> tasks = [];

    /// <inheritdoc />
    public void Report((string Stage, TrainingProgress Progress) value)
    {
        var (name, progress) = value;
        if (!tasks.TryGetValue(name, out var task))
        {
            task = context.AddTask(name);
            tasks.Add(name, task);
        }

        task.MaxValue = progress.Steps;
        task.Value = progress.Step;
        var loss = progress.Loss > 0 ? FormattableString.Invariant($" loss {progress.Loss:F3}") : "";
        task.Description = Markup.Escape(name) + loss;
    }
}
