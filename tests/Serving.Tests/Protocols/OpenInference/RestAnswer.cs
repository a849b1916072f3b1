using System.Globalization;
using System.Text.Json;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>A response to a request for inference over HTTP.</summary>
internal sealed class RestAnswer
{
    private const string HeaderLength = "Inference-Header-Content-Length";
    private readonly byte[] body;
    private readonly int jsonLength;

    private RestAnswer(HttpResponseMessage response, byte[] body)
    {
        Response = response;
        this.body = body;
        jsonLength = response.Headers.TryGetValues(HeaderLength, out var values)
            ? int.Parse(values.Single(), CultureInfo.InvariantCulture)
            : body.Length;
        Json = body.Length == 0 ? default : JsonDocument.Parse(body.AsMemory(0, jsonLength)).RootElement;
    }

    public HttpResponseMessage Response { get; }

    public int Status => (int)Response.StatusCode;

    public JsonElement Json { get; }

    /// <summary>What the error object says.</summary>
    public string Error
    {
        get
        {
            Assert.Equal("application/json", Response.Content.Headers.ContentType!.ToString());
            return Assert.Single(Json.EnumerateObject(), pair => pair.Name == "error").Value.GetString()!;
        }
    }

    /// <summary>All four outputs, each from JSON or from its bytes.</summary>
    public InferenceOutputs Outputs
    {
        get
        {
            var offset = jsonLength;
            var raw = Json.GetProperty("outputs").EnumerateArray().ToDictionary(
                output => output.GetProperty("name").GetString()!, output => Raw(output, ref offset));
            Assert.Equal(body.Length, offset);
            return InferenceOutputs.Of(boxes: raw["boxes"], scores: raw["scores"], labels: raw["labels"], counts: raw["num_detections"]);
        }
    }

    public static async Task<RestAnswer> Of(HttpResponseMessage response) =>
        new(response, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

    private byte[] Raw(JsonElement output, ref int offset)
    {
        if (output.TryGetProperty("parameters", out var parameters))
        {
            var size = parameters.GetProperty("binary_data_size").GetInt32();
            offset += size;
            return body[(offset - size)..offset];
        }

        var data = output.GetProperty("data").EnumerateArray();
        return output.GetProperty("datatype").GetString() == "FP32"
            ? [.. data.SelectMany(number => BitConverter.GetBytes(number.GetSingle()))]
            : [.. data.SelectMany(number => BitConverter.GetBytes(number.GetInt64()))];
    }
}
