using System.Globalization;
using Microsoft.Extensions.Primitives;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>Splits the body of a request into its JSON and the binary tensors after it.</summary>
internal static class InferenceBody
{
    /// <summary>The header with the length of the JSON, in bytes of the body as it was before any compression.</summary>
    public const string HeaderName = "Inference-Header-Content-Length";

    /// <summary>Reads the header.</summary>
    /// <returns>The length of the JSON; null when the header is absent, and the whole body is JSON.</returns>
    /// <exception cref="RefusedRequestException">It is not one whole number, or announces a body without JSON.</exception>
    public static long? ReadHeader(IHeaderDictionary headers)
    {
        var values = headers[HeaderName];
        if (StringValues.IsNullOrEmpty(values))
        {
            return null;
        }

        if (values.Count > 1 || !long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            throw new RefusedRequestException(
                FaultKind.Malformed,
                $"{HeaderName}: {Quoted.Text(values.ToString())} is not the length of the JSON in bytes; send one number.");
        }

        return length > 0
            ? length
            : throw new RefusedRequestException(
                FaultKind.Malformed,
                $"{HeaderName}: 0 announces a raw binary request, which needs an input with at most one variable dimension; "
                    + "'images' has three. Send the JSON with binary_data_size, or the image itself to /v1/detect.");
    }

    /// <summary>Splits a body.</summary>
    /// <param name="body">The whole body, decompressed.</param>
    /// <param name="jsonLength">The value of the header; null when there is none.</param>
    /// <exception cref="RefusedRequestException">The body is shorter, or empty.</exception>
    public static InferenceRequest Split(ReadOnlyMemory<byte> body, long? jsonLength)
    {
        if (body.IsEmpty)
        {
            throw new RefusedRequestException(FaultKind.Malformed, "The body is empty; send a JSON object with inputs.");
        }

        var length = jsonLength ?? body.Length;
        return length <= body.Length
            ? InferenceJson.Read(body[..(int)length], body[(int)length..])
            : throw new RefusedRequestException(
                FaultKind.Malformed, $"{HeaderName} is {length:N0}, but the body has {body.Length:N0} bytes.");
    }
}
