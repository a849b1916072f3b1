using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Pipeline.Training.Data;

/// <summary>Says every few seconds how many images are read for their digests, so that a long wait is explained.</summary>
/// <param name="log">Receives the lines.</param>
/// <param name="count">Of all images.</param>
internal sealed partial class DigestingProgress(ILogger log, int count) : IProgress<int>
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);
    private long last = Stopwatch.GetTimestamp();

    /// <inheritdoc />
    public void Report(int value)
    {
        if (Stopwatch.GetElapsedTime(last) >= BetweenLines)
        {
            last = Stopwatch.GetTimestamp();
            ImagesRead(value, count);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Done} of {Images} images are read for their digests")]
    private partial void ImagesRead(int done, int images);
}
