using System.Globalization;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Batching;

/// <summary>Why an image is not executed.</summary>
internal static class QueueRefusal
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>The service is ending.</summary>
    public static RequestFault Draining { get; } =
        new(FaultKind.Draining, "The service is ending; send the request again, to another instance or when it has started again.")
        {
            RetryAfter = Shortest,
        };

    /// <summary>Its time was over before its execution began.</summary>
    public static RequestFault DeadlinePassed { get; } =
        new(
            FaultKind.DeadlineExceeded,
            "The time of the request was over before its execution began; allow it more time, or send fewer requests at a time.");

    /// <summary>As many images of its size wait as may.</summary>
    /// <param name="length">How many wait.</param>
    /// <param name="wait">How long what waits is expected to take.</param>
    public static RequestFault Full(int length, TimeSpan wait) =>
        new(FaultKind.QueueFull, $"{length} images of this size wait, as many as may (--max-queue-length). Send the request again later.")
        {
            RetryAfter = Bounded(wait),
        };

    /// <summary>It is not expected to be executed in time.</summary>
    /// <param name="wait">How long it is expected to wait.</param>
    /// <param name="left">How much time it has.</param>
    public static RequestFault TooLate(TimeSpan wait, TimeSpan left)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"about {wait.TotalSeconds:F1} s, and it has {left.TotalSeconds:F1} s");
        return new RequestFault(
            FaultKind.QueueFull, $"The request would wait {expected}. Send it again later, allow it more time, or send fewer at a time.")
        {
            RetryAfter = Bounded(wait - left),
        };
    }

    private static TimeSpan Bounded(TimeSpan time)
    {
        var atLeast = time < Shortest ? Shortest : time;
        return atLeast < Longest ? atLeast : Longest;
    }
}
