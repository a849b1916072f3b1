using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Admission;

/// <summary>
/// Decides, before the body of a request for detection is read, whether there is room for it and whether it would begin in time: what
/// cannot be answered is refused within milliseconds, and costs nothing.
/// </summary>
/// <param name="limits">How much may be in flight.</param>
/// <param name="executor">Knows how long a request would wait.</param>
/// <param name="time">The clock of all deadlines.</param>
internal sealed class RequestAdmission(LimitOptions limits, BatchExecutor executor, TimeProvider time)
{
    private readonly MemoryBudget memory = new(limits.MaxBytesInFlight);
    private int inFlight;

    /// <summary>Requests in flight.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>Memory that the requests in flight have reserved, in bytes.</summary>
    public long BytesInFlight => memory.Reserved;

    /// <summary>Lets a request in that has all the time that the service allows.</summary>
    /// <inheritdoc cref="Enter(RequestTerms)" />
    public AdmissionTicket Enter() =>
        Enter(RequestTerms.Live(time, TimeSpan.FromMilliseconds(limits.RequestTimeoutMs), CancellationToken.None));

    /// <summary>Lets a request in.</summary>
    /// <param name="terms">On which terms its images will wait.</param>
    /// <returns>Its place; dispose it when the answer is complete.</returns>
    /// <exception cref="RefusedRequestException">
    /// As many requests as are accepted are in flight, this one would not begin in time, or the service is ending.
    /// </exception>
    public AdmissionTicket Enter(RequestTerms terms)
    {
        executor.RequireTime(terms, InFlight);
        if (Interlocked.Increment(ref inFlight) <= limits.MaxRequestsInFlight)
        {
            return new AdmissionTicket(memory, Leave);
        }

        Leave();
        throw Full($"{limits.MaxRequestsInFlight} requests are in flight, as many as this service accepts");
    }

    /// <summary>The refusal for want of room.</summary>
    internal static RefusedRequestException Full(string reason) =>
        new(new RequestFault(FaultKind.QueueFull, $"{reason}. Send the request again later.") { RetryAfter = TimeSpan.FromSeconds(1) });

    private void Leave() => Interlocked.Decrement(ref inFlight);
}
