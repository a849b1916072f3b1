using System.Globalization;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Evaluation.Results;

namespace Pipeline.Serving.Commands;

/// <summary>Says now and then how far the reading of results is; short readings say nothing.</summary>
/// <param name="log">Receives the lines.</param>
/// <param name="isQuiet">Whether standard output is for something else.</param>
internal sealed class ResultProgressLines(ILogger log, bool isQuiet) : IProgress<ResultProgress>
{
    private readonly NowAndThen lines = new(TimeProvider.System, TimeSpan.FromSeconds(5));

    /// <inheritdoc />
    public void Report(ResultProgress value)
    {
        if (!lines.IsDue())
        {
            return;
        }

        var percent = 100.0 * value.Done / Math.Max(1, value.All);
        var line = string.Create(CultureInfo.InvariantCulture, $"reading results: {percent:F0} %, {value.Detections:N0} detections");
        if (isQuiet)
        {
            log.Detail(line);
        }
        else
        {
            log.Info(line);
        }
    }
}
