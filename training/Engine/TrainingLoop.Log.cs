using Microsoft.Extensions.Logging;

namespace Pipeline.Training.Engine;

/// <summary>Log messages of the training loop.</summary>
internal static partial class TrainingLoopLog
{
    [LoggerMessage(1, LogLevel.Information, "begun: {Steps} steps on {Subject}")]
    public static partial void Begun(this ILogger log, long steps, string subject);

    [LoggerMessage(2, LogLevel.Information, "resumes at step {Step} of {Steps}")]
    public static partial void GoesOn(this ILogger log, long step, long steps);

    [LoggerMessage(3, LogLevel.Information, "the run in {Folder} is complete after {Steps} steps; nothing is left to do")]
    public static partial void NothingLeft(this ILogger log, string folder, long steps);

    [LoggerMessage(4, LogLevel.Warning, "{Checkpoint} is not there any more; the run starts again")]
    public static partial void BeginsAgain(this ILogger log, string checkpoint);

    [LoggerMessage(5, LogLevel.Information, "epoch {Epoch}/{Epochs}: {Report}")]
    public static partial void EpochEnded(this ILogger log, int epoch, int epochs, string report);

    [LoggerMessage(6, LogLevel.Information, "interrupted after step {Step}; saved")]
    public static partial void Interrupted(this ILogger log, long step);

    [LoggerMessage(7, LogLevel.Information, "finished")]
    public static partial void Finished(this ILogger log);

    [LoggerMessage(8, LogLevel.Debug, "step {Step}: loss {Loss:F4}, rate {Rate:G4}, {ImagesPerSecond:F1} images/s")]
    public static partial void StepMade(this ILogger log, long step, double loss, double rate, double imagesPerSecond);
}
