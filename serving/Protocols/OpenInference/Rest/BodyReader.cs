using System.Buffers;
using System.IO.Compression;
using Microsoft.Extensions.Primitives;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>The body of a request in a pooled buffer, decompressed.</summary>
internal sealed class BodyReader : IDisposable
{
    private const int FirstBytes = 16_384;
    private const string Accepted = "gzip, deflate";
    private readonly ImageLimits limits;
    private readonly AdmissionTicket ticket;
    private byte[] buffer;
    private int length;

    private BodyReader(ImageLimits limits, AdmissionTicket ticket, int firstBytes)
    {
        this.limits = limits;
        this.ticket = ticket;
        ticket.Reserve(firstBytes);
        buffer = ArrayPool<byte>.Shared.Rent(firstBytes);
        Reserved = firstBytes;
    }

    /// <summary>The bytes; they are gone when this is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    private int Reserved { get; set; }

    /// <summary>Reads the body of a request; memory is reserved before it is allocated.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limits">The longest body, which a compressed one may not exceed either when it is decompressed.</param>
    /// <param name="ticket">The place of the request.</param>
    /// <exception cref="RefusedRequestException">
    /// The body is too long, compressed in an unknown way or damaged, or there is not enough memory now.
    /// </exception>
    public static async Task<BodyReader> ReadAsync(HttpRequest request, ImageLimits limits, AdmissionTicket ticket)
    {
        if (request.ContentLength > limits.MaxFileBytes)
        {
            throw new RefusedRequestException(RequestFault.LongBody(request.ContentLength, limits));
        }

        var aborted = request.HttpContext.RequestAborted;
        await using var stream = Open(request);
        var isPlain = ReferenceEquals(stream, request.Body);
        var expected = isPlain ? request.ContentLength + 1 : null;   // one more, to see the end without growing
        var body = new BodyReader(limits, ticket, (int)(expected ?? FirstBytes));
        try
        {
            await body.FillAsync(stream, aborted);
            return body;
        }
        catch (InvalidDataException)
        {
            body.Dispose();
            throw new RefusedRequestException(
                FaultKind.Malformed, $"The body is not the {request.Headers.ContentEncoding} data that its Content-Encoding announces.");
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }

    /// <summary>What HTTP calls deflate has the frame of zlib.</summary>
    private static Stream Open(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding;
        switch (encoding.ToString().Trim().ToLowerInvariant())
        {
            case "" or "identity":
                return request.Body;
            case "gzip" or "x-gzip":
                return new GZipStream(request.Body, CompressionMode.Decompress);
            case "deflate":
                return new ZLibStream(request.Body, CompressionMode.Decompress);
            default:
                request.HttpContext.Response.Headers.AcceptEncoding = new StringValues(Accepted);
                throw new RefusedRequestException(
                    FaultKind.UnsupportedContent,
                    $"Content-Encoding: {Quoted.Text(encoding.ToString())} is not supported; send {Accepted} or none.");
        }
    }

    private async Task FillAsync(Stream stream, CancellationToken aborted)
    {
        while (await stream.ReadAsync(buffer.AsMemory(length), aborted) is var read and > 0)
        {
            length += read;
            if (length > limits.MaxFileBytes)
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
        var larger = (int)Math.Min(2L * buffer.Length, limits.MaxFileBytes + 1);
        ticket.Reserve(larger);
        var grown = ArrayPool<byte>.Shared.Rent(larger);
        buffer.AsSpan(0, length).CopyTo(grown);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = grown;
        ticket.Release(Reserved);
        Reserved = larger;
    }
}
