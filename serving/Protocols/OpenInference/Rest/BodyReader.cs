using System.IO.Compression;
using Microsoft.Extensions.Primitives;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>Reads the body of a request and decompresses it.</summary>
internal static class BodyReader
{
    private const string Accepted = "gzip, deflate";

    /// <summary>Reads the body of a request; memory is reserved before it is allocated.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limits">The longest body, which a compressed one may not exceed either when it is decompressed.</param>
    /// <param name="ticket">The place of the request.</param>
    /// <returns>The bytes; dispose them.</returns>
    /// <exception cref="RefusedRequestException">
    /// The body is too long, compressed in an unknown way or damaged, or there is not enough memory now.
    /// </exception>
    public static async Task<PooledBytes> ReadAsync(HttpRequest request, ImageLimits limits, AdmissionTicket ticket)
    {
        if (request.ContentLength > limits.MaxFileBytes)
        {
            throw new RefusedRequestException(RequestFault.LongBody(request.ContentLength, limits));
        }

        var aborted = request.HttpContext.RequestAborted;
        await using var stream = Open(request);
        var isPlain = ReferenceEquals(stream, request.Body);
        try
        {
            return await PooledBytes.ReadAsync(stream, isPlain ? request.ContentLength : null, limits, ticket, aborted);
        }
        catch (InvalidDataException)
        {
            throw new RefusedRequestException(
                FaultKind.Malformed, $"The body is not the {request.Headers.ContentEncoding} data that its Content-Encoding announces.");
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
}
