using Microsoft.Extensions.Primitives;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols;

/// <summary>Reads the encoded image that a request carries: the whole body, or the one file of a form.</summary>
internal static class ImageBody
{
    /// <returns>The bytes, at least one; dispose them.</returns>
    /// <exception cref="RefusedRequestException">
    /// The body is empty, too long, compressed in transit, or a form without exactly one file.
    /// </exception>
    public static async Task<MemoryStream> ReadAsync(HttpRequest request, ImageLimits limits, CancellationToken aborted)
    {
        if (request.ContentLength > limits.MaxFileBytes)
        {
            throw new RefusedRequestException(RequestFault.LongBody(request.ContentLength, limits));
        }

        RefuseEncoding(request.Headers.ContentEncoding);
        if (FormUpload.IsForm(request))
        {
            return await FormUpload.ReadFileAsync(request, aborted);
        }

        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, aborted);
        if (body.Length == 0)
        {
            throw new RefusedRequestException(FaultKind.Malformed, $"The body is empty. {ImageRefusal.WhatToSend}");
        }

        return body;
    }

    private static void RefuseEncoding(StringValues encoding)
    {
        var text = encoding.ToString();
        if (text.Length > 0 && !text.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusedRequestException(
                FaultKind.UnsupportedContent,
                $"Content-Encoding: '{ImageRefusal.Shown(text)}' is not supported; send the bytes of the image file unchanged.");
        }
    }
}
