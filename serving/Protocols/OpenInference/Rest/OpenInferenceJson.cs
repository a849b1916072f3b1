using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>Answers with JSON whose fields are named as the protocol names them.</summary>
internal static class OpenInferenceJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the response. Some clients look for this type exactly, without a charset.</summary>
    public static async Task WriteAsync<T>(HttpResponse response, T value)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, Options);
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, response.HttpContext.RequestAborted);
    }
}
