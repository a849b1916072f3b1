using System.Globalization;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Admission;

/// <summary>The place of a request in flight, with the memory that it reserved. Safe for concurrent calls.</summary>
/// <param name="memory">What all requests share.</param>
/// <param name="leave">Frees the place.</param>
internal sealed class AdmissionTicket(MemoryBudget memory, Action leave) : IDisposable
{
    private readonly Lock gate = new();
    private long reserved;
    private bool left;

    /// <summary>Reserves memory before it is allocated; it is returned with the ticket.</summary>
    /// <exception cref="RefusedRequestException">
    /// The requests in flight occupy all the memory that they may, or this one alone would occupy more.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The request has ended.</exception>
    public void Reserve(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(left, this);
            if (bytes > memory.Bytes - reserved)
            {
                throw new RefusedRequestException(FaultKind.TooLarge, TooLarge());
            }

            if (!memory.TryReserve(bytes))
            {
                throw RequestAdmission.Full("The requests in flight occupy all the memory that they may");
            }

            reserved += bytes;
        }
    }

    /// <summary>Returns memory that is no longer needed before the request ends; does nothing after it has ended.</summary>
    public void Release(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (gate)
        {
            if (left)
            {
                return;
            }

            ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, reserved);
            reserved -= bytes;
            memory.Release(bytes);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            if (left)
            {
                return;
            }

            left = true;
            memory.Release(reserved);
        }

        leave();
    }

    private string TooLarge()
    {
        var most = memory.Bytes.ToString("N0", CultureInfo.InvariantCulture);
        return $"The request alone needs more than the {most} bytes of memory that all requests in flight may occupy, for its body and its "
            + "images' pixels. Send fewer images in one request, or smaller ones.";
    }
}
