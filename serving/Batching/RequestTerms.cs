namespace Pipeline.Serving.Batching;

/// <summary>Who is served first.</summary>
internal enum RequestClass
{
    /// <summary>Somebody waits for the answer.</summary>
    Live,

    /// <summary>Work that uses what live requests leave, such as an evaluation.</summary>
    Background,
}

/// <summary>On which terms an image waits for its execution.</summary>
/// <param name="Class">Who is served first.</param>
/// <param name="Deadline">
/// Time stamp of the service's <see cref="TimeProvider"/> by which the execution must have begun; a wall clock that jumps does not move it.
/// </param>
/// <param name="Aborted">Is cancelled when nobody waits for the answer any more.</param>
internal readonly record struct RequestTerms(RequestClass Class, long Deadline, CancellationToken Aborted)
{
    /// <summary>The terms of a request that somebody waits for, from now on.</summary>
    /// <param name="time">The service's clock.</param>
    /// <param name="timeout">How long it may take until its execution begins.</param>
    /// <param name="aborted">Is cancelled when nobody waits for the answer any more.</param>
    public static RequestTerms Live(TimeProvider time, TimeSpan timeout, CancellationToken aborted) =>
        new(RequestClass.Live, DeadlineAfter(time, time.GetTimestamp(), timeout), aborted);

    /// <summary>The time stamp of a deadline.</summary>
    /// <param name="time">The service's clock.</param>
    /// <param name="start">Time stamp from which the time counts.</param>
    /// <param name="timeout">The time until the deadline.</param>
    public static long DeadlineAfter(TimeProvider time, long start, TimeSpan timeout) =>
        start + (long)Math.Min(timeout.TotalSeconds * time.TimestampFrequency, long.MaxValue / 2);

    /// <summary>Time until the deadline: not less than zero, and not more than a timer can wait.</summary>
    /// <param name="time">The service's clock.</param>
    public TimeSpan TimeLeft(TimeProvider time)
    {
        var longest = TimeSpan.FromDays(1);
        var left = time.GetElapsedTime(time.GetTimestamp(), Deadline);
        return left < longest ? TimeSpan.FromTicks(Math.Max(0, left.Ticks)) : longest;
    }
}
