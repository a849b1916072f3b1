using System.Text.Json;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>The body of a request of the repository: empty, or a JSON object.</summary>
/// <param name="OnlyReady">Of the index: whether only versions that answer requests are wanted.</param>
/// <param name="Parameters">Of loading and unloading.</param>
internal sealed record RepositoryJson(bool OnlyReady, ParameterSet Parameters)
{
    private const int LongestBody = 65_536;

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="RefusedRequestException">It is too long, or not such an object.</exception>
    public static async Task<RepositoryJson> ReadAsync(HttpContext context)
    {
        var buffer = new byte[LongestBody + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length <= LongestBody
            ? InferenceJson.Guard(buffer.AsSpan(0, length), Read)
            : throw new RefusedRequestException(
                FaultKind.TooLarge, $"The body is longer than {LongestBody:N0} bytes; a request of the repository needs only a few.");
    }

    private static RepositoryJson Read(ref Utf8JsonReader reader)
    {
        var onlyReady = false;
        var parameters = new ParameterSet("parameters");
        if (reader.TokenType == JsonTokenType.None)
        {
            return new RepositoryJson(onlyReady, parameters);
        }

        var fields = new JsonFields("");
        fields.RequireObject(reader);
        while (JsonFields.Next(ref reader) is { } name)
        {
            switch (name)
            {
                case "ready" when fields.IsSent(name, reader):
                    onlyReady = fields.Boolean(name, ref reader);
                    break;
                case "parameters" when fields.IsSent(name, reader):
                    InferenceJson.ReadParameters(ref reader, parameters);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new RepositoryJson(onlyReady, parameters);
    }
}
