using System.Globalization;
using System.Text;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>A request for inference over HTTP.</summary>
/// <param name="Json">Its JSON.</param>
internal sealed record RestRequest(string Json)
{
    public const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>The binary tensors after the JSON; null when there are none, and the header is not sent.</summary>
    public byte[]? Binary { get; init; }

    /// <summary>The header, when it is not the right one.</summary>
    public string? Header { get; init; }

    public string Path { get; init; } = $"/v2/models/{TinyModel.Name}/infer";

    /// <summary>The request with one input of pixels as a JSON array.</summary>
    public static RestRequest OfPixels(string shape, string data, string more = "") =>
        new("{" + more + "\"inputs\":[" + $$"""{"name":"images","shape":{{shape}},"datatype":"UINT8","data":{{data}} }""" + "]}");

    /// <summary>The request with one binary input.</summary>
    public static RestRequest OfBinary(string shape, byte[] binary, string datatype = "UINT8", string more = "") =>
        new("{" + more + "\"inputs\":[" + Input(shape, datatype, $"\"binary_data_size\":{binary.Length}") + "]}")
        {
            Binary = binary,
        };

    private static string Input(string shape, string datatype, string parameter) =>
        $$"""{"name":"images","shape":{{shape}},"datatype":"{{datatype}}","parameters":{ {{parameter}} } }""";

    public byte[] Body => [.. Encoding.UTF8.GetBytes(Json), .. Binary ?? []];

    public async Task<RestAnswer> Send(HttpClient client, params (string Name, string Value)[] headers)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(Body) };
        var header = Header ?? (Binary is null ? null : Encoding.UTF8.GetByteCount(Json).ToString(CultureInfo.InvariantCulture));
        if (header is not null)
        {
            message.Headers.TryAddWithoutValidation(HeaderLength, header);
        }

        foreach (var (name, value) in headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return await RestAnswer.Of(await client.SendAsync(message, TestContext.Current.CancellationToken));
    }
}
