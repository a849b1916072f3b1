using Microsoft.Extensions.Primitives;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols;

/// <summary>The encoded image that a request carries: the whole body, or the one file of a form.</summary>
internal static class ImageBody
{
    /// <returns>The bytes; at least one. Dispose them.</returns>
    /// <exception cref="RefusedRequestException">The body is empty, too long, compressed on its way, or a form without exactly one
    /// file.</exception>
    public static async Task<MemoryStream> ReadAsync(HttpRequest request, ImageLimits limits, CancellationToken aborted)
    {
        if (request.ContentLength > limits.MaxFileBytes)
        {
            var fault = RequestFault.OfLongBody(request.ContentLength, limits);
            throw new RefusedRequestException(fault.Status, fault.Answer);
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
            throw new RefusedRequestException(StatusCodes.Status400BadRequest, $"The body is empty. {ImageRefusal.WhatToSend}");
        }

        return body;
    }

    private static void RefuseEncoding(StringValues encoding)
    {
        var text = encoding.ToString();
        if (text.Length > 0 && !text.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusedRequestException(
                StatusCodes.Status415UnsupportedMediaType,
                $"Content-Encoding: '{ImageRefusal.Shown(text)}' is not taken; send the image's bytes as they are in the file.");
        }
    }
}
