using System.Buffers;
using System.Numerics;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Admission;

/// <summary>Bytes that a client sent, in a pooled buffer whose memory was reserved before it was rented.</summary>
internal sealed class PooledBytes : IDisposable
{
    private const int FirstBytes = 16_384;
    private readonly AdmissionTicket ticket;
    private byte[] buffer;
    private int length;

    private PooledBytes(int bytes, AdmissionTicket ticket)
    {
        this.ticket = ticket;
        buffer = Rent(bytes, ticket);
    }

    /// <summary>The bytes; they are gone once this is disposed.</summary>
    public ArraySegment<byte> Bytes => new(buffer, 0, length);

    /// <summary>Reads a stream to its end; the buffer grows as the bytes arrive.</summary>
    /// <param name="source">The stream.</param>
    /// <param name="expected">Its announced length; null when it is unknown.</param>
    /// <param name="limits">The longest that it may be; null where the server bounds it, which it cannot when it is decompressed.</param>
    /// <param name="ticket">The place of the request.</param>
    /// <param name="aborted">Is cancelled when nobody waits for the answer any more.</param>
    /// <exception cref="RefusedRequestException">It is too long, or there is not enough memory.</exception>
    public static async Task<PooledBytes> ReadAsync(
        Stream source, long? expected, ImageLimits? limits, AdmissionTicket ticket, CancellationToken aborted)
    {
        var first = expected is { } announced ? (int)announced + 1 : FirstBytes;   // one more, to see the end without growing
        var bytes = new PooledBytes(first, ticket);
        try
        {
            await bytes.FillAsync(source, limits, aborted);
            return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>A number of bytes, whatever they are.</summary>
    /// <param name="length">How many.</param>
    /// <param name="ticket">The place of the request.</param>
    /// <exception cref="RefusedRequestException">There is not enough memory.</exception>
    public static PooledBytes OfLength(int length, AdmissionTicket ticket) => new(length, ticket) { length = length };

    /// <summary>Keeps the first bytes only.</summary>
    /// <param name="first">How many.</param>
    public void Cut(int first)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, length);
        length = first;
    }

    /// <summary>Returns the buffer and its memory.</summary>
    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            Return(buffer, ticket);
            buffer = [];
            length = 0;
        }
    }

    private static byte[] Rent(int bytes, AdmissionTicket ticket)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, FirstBytes));   // as the pool would
        ticket.Reserve(size);
        return ArrayPool<byte>.Shared.Rent(size);
    }

    private static void Return(byte[] rented, AdmissionTicket ticket)
    {
        ArrayPool<byte>.Shared.Return(rented);
        ticket.Release(rented.Length);
    }

    private async Task FillAsync(Stream source, ImageLimits? limits, CancellationToken aborted)
    {
        while (await source.ReadAsync(buffer.AsMemory(length), aborted) is var read and > 0)
        {
            length += read;
            if (limits is not null && length > limits.MaxFileBytes)
            {
                throw new RefusedRequestException(RequestFault.LongBody(sentBytes: null, limits));
            }

            if (length == buffer.Length)
            {
                Grow();
            }
        }
    }

    private void Grow()
    {
        var larger = Rent(checked(2 * buffer.Length), ticket);
        buffer.CopyTo(larger, 0);
        Return(buffer, ticket);
        buffer = larger;
    }
}
