using Pipeline.Serving.Batching;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>Reads the parameters of a request that decide when it is executed.</summary>
internal static class SchedulePolicy
{
    private const string Priority = "priority";
    private const string Timeout = "timeout";
    private const int BackgroundPriority = 2;
    private const long LongestTimeoutMicroseconds = long.MaxValue / 1_000;   // in nanoseconds, a time stamp of any clock can hold it
    private static readonly string[] OfSequences = ["sequence_id", "sequence_start", "sequence_end"];

    /// <summary>The terms that the request asks for; <c>timeout</c> can only shorten the time that it has.</summary>
    /// <param name="parameters">The request's parameters.</param>
    /// <param name="latest">The terms of a request that asks for nothing.</param>
    /// <param name="arrived">Time stamp of the request.</param>
    /// <param name="time">What the time stamps are of.</param>
    /// <exception cref="RefusedRequestException">A parameter has no valid value, or asks for what is not supported.</exception>
    public static RequestTerms Read(ParameterSet parameters, RequestTerms latest, long arrived, TimeProvider time)
    {
        foreach (var name in OfSequences)
        {
            if (parameters.IsSet(name))
            {
                throw new RefusedRequestException(
                    FaultKind.Malformed, $"{parameters.Place}.{name}: a detector keeps no state between requests; leave it out.");
            }
        }

        return latest with { Class = ReadClass(parameters), Deadline = ReadDeadline(parameters, latest.Deadline, arrived, time) };
    }

    private static RequestClass ReadClass(ParameterSet parameters) => parameters.Count(Priority) switch
    {
        null or 0 or 1 => RequestClass.Live,
        BackgroundPriority => RequestClass.Background,
        { } other => throw new RefusedRequestException(
            FaultKind.Malformed,
            $"{parameters.Place}.{Priority}: {other} is not a priority; send 0 or 1 for live requests, 2 for background work."),
    };

    private static long ReadDeadline(ParameterSet parameters, long latest, long arrived, TimeProvider time)
    {
        if (parameters.Count(Timeout) is not { } microseconds || microseconds == 0)
        {
            return latest;
        }

        var allowed = TimeSpan.FromMicroseconds(Math.Min(microseconds, LongestTimeoutMicroseconds));
        return Math.Min(latest, RequestTerms.DeadlineAfter(time, arrived, allowed));
    }
}
