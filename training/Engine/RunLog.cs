using System.Globalization;

namespace Pipeline.Training.Engine;

/// <summary>Every line that a run says, with its time (UTC), in <c>log.txt</c> of its folder; the rest goes through.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="progress">Receives everything; null: nobody.</param>
internal sealed class RunLog(string folder, IProgress<TrainingProgress>? progress) : IProgress<TrainingProgress>
{
    /// <inheritdoc />
    public void Report(TrainingProgress value)
    {
        if (value.EpochLine is { } line)
        {
            Write(line);
        }

        progress?.Report(value);
    }

    /// <summary>A line for the file alone.</summary>
    public void Write(string line) => File.AppendAllText(
        Path.Combine(folder, "log.txt"), string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ} {line}\n"));
}
