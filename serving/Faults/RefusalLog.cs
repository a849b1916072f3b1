namespace Pipeline.Serving.Faults;

/// <summary>
/// Keeps the log short when many requests are refused: an overloaded service must not be slowed down by saying so. Refusals for want of
/// room or time, and others beyond a number of lines, are counted, and told once a second in one line.
/// </summary>
/// <param name="time">Measures the second.</param>
/// <param name="logger">Takes the summary.</param>
internal sealed partial class RefusalLog(TimeProvider time, ILogger<RefusalLog> logger) : IDisposable
{
    /// <summary>Lines for single requests within a second.</summary>
    public const int LinesPerSecond = 50;

    private static readonly FaultKind[] Overload =
        [FaultKind.QueueFull, FaultKind.DeadlineExceeded, FaultKind.Draining, FaultKind.ModelUnavailable];

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly Lock owner = new();
    private readonly SortedDictionary<string, int> counted = new(StringComparer.Ordinal);
    private ITimer? timer;
    private int lines;

    /// <summary>Whether a refusal gets a line of its own; else it is counted here.</summary>
    public bool MayLog(FaultKind kind)
    {
        lock (owner)
        {
            timer ??= time.CreateTimer(_ => Tell(), state: null, dueTime: Second, period: Timeout.InfiniteTimeSpan);
            if (!Overload.Contains(kind) && lines < LinesPerSecond)
            {
                lines++;
                return true;
            }

            counted[kind.Outcome] = counted.GetValueOrDefault(kind.Outcome) + 1;
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (owner)
        {
            timer?.Dispose();
        }
    }

    private void Tell()
    {
        string summary;
        lock (owner)
        {
            summary = string.Join(", ", counted.Select(pair => $"{pair.Value} {pair.Key}"));
            counted.Clear();
            lines = 0;
            timer?.Dispose();
            timer = null;
        }

        if (summary.Length > 0)
        {
            Refused(summary);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "requests refused within a second: {Summary}")]
    private partial void Refused(string summary);
}
