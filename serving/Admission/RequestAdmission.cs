using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Admission;

/// <summary>Decides, before the body of a request for detection is read, whether there is room for it.</summary>
/// <param name="limits">How much may be in flight.</param>
internal sealed class RequestAdmission(LimitOptions limits)
{
    private readonly MemoryBudget memory = new(limits.MaxBytesInFlight);
    private int inFlight;

    /// <summary>Requests in flight.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>Lets a request in.</summary>
    /// <returns>Its place; dispose it when the answer is complete.</returns>
    /// <exception cref="RefusedRequestException">As many requests as are accepted are in flight.</exception>
    public AdmissionTicket Enter()
    {
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

/// <summary>The place of a request in flight, with the memory that it reserved.</summary>
internal sealed class AdmissionTicket : IDisposable
{
    private readonly MemoryBudget memory;
    private readonly Action leave;
    private long reserved;
    private bool left;

    /// <param name="memory">What all requests share.</param>
    /// <param name="leave">Frees the place.</param>
    public AdmissionTicket(MemoryBudget memory, Action leave)
    {
        this.memory = memory;
        this.leave = leave;
    }

    /// <summary>Reserves memory before it is allocated; it is returned with the ticket.</summary>
    /// <exception cref="RefusedRequestException">The requests in flight occupy all the memory that they may.</exception>
    public void Reserve(long bytes)
    {
        if (!memory.TryReserve(bytes))
        {
            throw RequestAdmission.Full($"the requests in flight occupy the {memory.Bytes:N0} bytes that they may");
        }

        Interlocked.Add(ref reserved, bytes);
    }

    /// <summary>Returns memory that is no longer needed before the request ends.</summary>
    public void Release(long bytes)
    {
        Interlocked.Add(ref reserved, -bytes);
        memory.Release(bytes);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!left)
        {
            left = true;
            memory.Release(Interlocked.Exchange(ref reserved, 0));
            leave();
        }
    }
}
