using System.Buffers;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>Reads the images of a request: the whole body is one, or a form has them as files, or a JSON object in base64.</summary>
/// <param name="limits">What the service refuses.</param>
internal sealed class DetectBody(LimitOptions limits)
{
    private const string JsonType = "application/json";
    private static readonly SearchValues<byte> WhiteSpace = SearchValues.Create(" \t\r\n"u8);

    /// <summary>Whether a request says that its body is JSON, which has parameters of its own.</summary>
    public static bool IsJson(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals(JsonType, StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses what can be refused before the body is read.</summary>
    /// <exception cref="RefusedRequestException">The body is too long, or compressed in transit.</exception>
    public void Require(HttpRequest request)
    {
        if (request.ContentLength > limits.MaxBodyBytes)
        {
            throw new RefusedRequestException(RequestFault.LongBody(request.ContentLength, limits.Images));
        }

        RefuseEncoding(request.Headers.ContentEncoding);
    }

    /// <summary>Reads the body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="parameters">Receives the parameters of a JSON body.</param>
    /// <param name="ticket">The place of the request.</param>
    /// <returns>The images, at least one, none of them empty; dispose them.</returns>
    /// <exception cref="RefusedRequestException">
    /// The body is empty, damaged, has too many images, or there is not enough memory.
    /// </exception>
    public async Task<SentImages> ReadAsync(HttpRequest request, DetectParameterReader parameters, AdmissionTicket ticket)
    {
        var aborted = request.HttpContext.RequestAborted;
        if (FormUpload.IsForm(request))
        {
            return await new FormUpload(limits.MaxImages, ticket).ReadAsync(request, aborted);
        }

        var body = await PooledBytes.ReadAsync(request.Body, request.ContentLength, limits: null, ticket, aborted);
        if (body.Bytes.Count > 0 && !(IsJson(request) && BeginsAsJson(body.Bytes)))
        {
            return new SentImages([new SentImage(Number: 1, Id: null, body)], isList: false);
        }

        using (body)
        {
            return body.Bytes.Count == 0
                ? throw new RefusedRequestException(FaultKind.Malformed, $"The body is empty. {ImageRefusal.WhatToSend}")
                : new DetectJson(limits.MaxImages, parameters, ticket).Read(body.Bytes);
        }
    }

    /// <summary>The refusal of a request with too many images.</summary>
    public static RefusedRequestException TooMany(int maxImages) => new(
        FaultKind.TooLarge, $"The request has more than {maxImages} images (--max-images). Send them in several requests.");

    /// <summary>No image begins like this; an image that is called JSON is an image nevertheless.</summary>
    private static bool BeginsAsJson(ReadOnlySpan<byte> body)
    {
        var first = body.IndexOfAnyExcept(WhiteSpace);
        return first >= 0 && body[first] is (byte)'{' or (byte)'[' or (byte)'"';
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
