using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>What stock clients send, byte by byte over TCP, and what must come back.</summary>
public sealed class RestConversationTests(OpenInferenceFixture service) : IClassFixture<OpenInferenceFixture>
{
    private const string InferPath = "POST /v2/models/tiny/infer";

    [Fact]
    public async Task A_binary_request_as_tritonclient_sends_it_is_answered_with_exact_offsets()
    {
        using var image = OpenInferenceFixture.Noise(80, 56, seed: 11);
        const string Json =
            """{"inputs":[{"name":"images","shape":[1,56,80,3],"datatype":"UINT8","parameters":{"binary_data_size":13440}}]""" +
            ""","parameters":{"binary_data_output":true}}""";
        byte[] body = [.. Encoding.ASCII.GetBytes(Json), .. image.Pixels];

        var (head, answer) = await Exchange(
            InferPath, body, $"Content-Length: {body.Length}", $"Inference-Header-Content-Length: {Json.Length}");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head);
        Assert.Contains("\r\nContent-Type: application/octet-stream\r\n", head);
        Assert.Equal(answer.Length, Number(head, "Content-Length"));
        var jsonLength = Number(head, "Inference-Header-Content-Length");
        var rows = service.Rows;
        string[] listed =
        [
            Output("boxes", "FP32", $"1,{rows},4", 16 * rows),
            Output("scores", "FP32", $"1,{rows}", 4 * rows),
            Output("labels", "INT64", $"1,{rows}", 8 * rows),
            Output("num_detections", "INT64", "1", 8),
        ];
        Assert.Equal(
            $$"""{"model_name":"tiny","model_version":"1","outputs":[{{string.Join(',', listed)}}]}""",
            Encoding.UTF8.GetString(answer.AsSpan(0, jsonLength)));
        var offset = jsonLength;
        var outputs = InferenceOutputs.Of(
            boxes: Take(answer, ref offset, 16 * rows),
            scores: Take(answer, ref offset, 4 * rows),
            labels: Take(answer, ref offset, 8 * rows),
            counts: Take(answer, ref offset, 8));
        Assert.Equal(answer.Length, offset);
        InferenceOutputs.Expected(rows, service.Detect(image)).RequireSame(outputs);
    }

    [Fact]
    public async Task A_json_request_is_answered_without_the_header()
    {
        const string Json =
            """{"id":"42","inputs":[{"name":"images","shape":[1,1,1,3],"datatype":"UINT8","data":[1,2,3]}],"outputs":""" +
            """[{"name":"num_detections"}]}""";
        var body = Encoding.ASCII.GetBytes(Json);

        var (head, answer) = await Exchange(InferPath, body, $"Content-Length: {body.Length}", "Content-Type: application/json");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head);
        Assert.Contains("\r\nContent-Type: application/json\r\n", head);
        Assert.DoesNotContain("Inference-Header-Content-Length", head);
        Assert.Equal(
            """{"id":"42","model_name":"tiny","model_version":"1","outputs":[""" +
            $$"""{"name":"num_detections","datatype":"INT64","shape":[1],"data":[{{service.Rows}}]}]}""",
            Encoding.UTF8.GetString(answer));
    }

    [Fact]
    public async Task A_body_in_chunks_is_a_body()
    {
        const string Json =
            """{"inputs":[{"name":"images","shape":[1,1,1,3],"datatype":"UINT8","data":[1,2,3]}],"outputs":""" +
            """[{"name":"num_detections"}]}""";
        var body = Encoding.ASCII.GetBytes($"5\r\n{Json[..5]}\r\n{Json.Length - 5:x}\r\n{Json[5..]}\r\n0\r\n\r\n");

        var (head, answer) = await Exchange(InferPath, body, "Transfer-Encoding: chunked");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head);
        Assert.Equal(service.Rows, JsonDocument.Parse(answer).RootElement.GetProperty("outputs")[0].GetProperty("data")[0].GetInt32());
    }

    [Fact]
    public async Task Requests_that_tritonclient_sends_without_a_body_and_with_an_empty_object_are_answered()
    {
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", (await Exchange("GET /v2/health/live", [])).Head);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", (await Exchange("GET /v2/health/ready", [])).Head);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", (await Exchange("POST /v2/repository/index", [], "Content-Length: 0")).Head);
        var (_, load) = await Exchange("POST /v2/repository/models/tiny/load", "{}"u8.ToArray(), "Content-Length: 2");
        Assert.Contains("""{"error":""", Encoding.UTF8.GetString(load));   // this service does not load on request
    }

    private static string Output(string name, string datatype, string shape, int bytes) =>
        $$$"""{"name":"{{{name}}}","datatype":"{{{datatype}}}","shape":[{{{shape}}}],"parameters":{"binary_data_size":{{{bytes}}}}}""";

    private static byte[] Take(byte[] answer, ref int offset, int length)
    {
        offset += length;
        return answer[(offset - length)..offset];
    }

    private static int Number(string head, string header) =>
        int.Parse(Regex.Match(head, $"\r\n{header}: ([0-9]+)\r\n").Groups[1].Value, CultureInfo.InvariantCulture);

    private async Task<(string Head, byte[] Body)> Exchange(string requestLine, byte[] body, params string[] headers)
    {
        var answer = await service.Exchange(OpenInferenceFixture.Head(requestLine, headers), body);
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        return (Encoding.ASCII.GetString(answer, 0, end + 2), answer[(end + 4)..]);
    }
}
