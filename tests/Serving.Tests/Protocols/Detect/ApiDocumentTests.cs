using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Microsoft.AspNetCore.Routing;
using Pipeline.Serving.Protocols.Detect;

namespace Pipeline.Serving.Tests.Protocols.Detect;

/// <summary>The OpenAPI document says what the service really answers.</summary>
public sealed class ApiDocumentTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private static readonly string Image = Convert.ToBase64String(ServiceFixture.Png());

    public static TheoryData<string, string, string, string, int> Requests => new()
    {
        { "", "image/png", Image, "application/json", 200 },
        { "?threshold=1", "image/png", Image, "*/*", 200 },
        { "", "image/png", Image, "application/vnd.coco.results+json", 200 },
        { "", "image/png", Image, "text/plain", 200 },
        { "", "image/png", Image, "image/png", 200 },
        { "", "image/png", Image, "image/jpeg", 200 },
        { "", "application/json", Json($$"""{"images":["{{Image}}",{"id":"a","data":"{{Image}}"}],"top":1}"""), "*/*", 200 },
        { "", "application/json", Json($$"""{"images":["{{Image}}"],"classes":["Car"]}"""), "application/vnd.coco.results+json", 200 },
        { "", "application/json", Json("""{"images":[]}"""), "*/*", 400 },
        { "?threshold=2", "image/png", Image, "*/*", 400 },
        { "?classes=x", "image/png", Image, "*/*", 400 },
        { "?model=x", "image/png", Image, "*/*", 404 },
        { "", "image/png", Image, "image/webp", 406 },
        { "", "image/png", Convert.ToBase64String(ServiceFixture.BlackPng(2000, 600)), "*/*", 413 },
        { "", "text/plain", Json("just text"), "*/*", 415 },
        { "", "image/png", Convert.ToBase64String(ServiceFixture.Png()[..200]), "*/*", 422 },
    };

    [Theory, MemberData(nameof(Requests))]
    public async Task A_real_answer_is_one_that_is_described(string query, string type, string body, string accept, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detect" + query);
        request.Content = new ByteArrayContent(Convert.FromBase64String(body));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        request.Headers.Add("Accept", accept);
        using var answer = await service.Client.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)answer.StatusCode);
        var document = await Document();
        var described = document["paths"]!["/v1/detect"]!["post"]!["responses"]![$"{status}"]!["content"]!.AsObject();
        var media = answer.Content.Headers.ContentType!.MediaType!;
        Assert.True(described.ContainsKey(media), $"{status} {media} is not described");
        var schema = described[media]!["schema"]!;
        if (media.EndsWith("json", StringComparison.Ordinal))
        {
            AssertValid(document, schema, await answer.Content.ReadAsStringAsync(Cancellation));
        }
        else
        {
            Assert.Equal("string", (string?)schema["type"]);
        }
    }

    [Theory]
    [InlineData("""{"model":"tiny","version":1,"width":1,"height":1,"detections":[]}""")]
    [InlineData("""{"model":"tiny","version":1,"images":[{"width":1}],"requestId":"a"}""")]
    [InlineData("""{"error":"what the Open Inference Protocol answers"}""")]
    public async Task Another_answer_would_be_noticed(string answer)
    {
        var document = await Document();
        var schema = document["paths"]!["/v1/detect"]!["post"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!;

        Assert.False(Evaluate(document, schema, answer).IsValid);
    }

    [Theory]
    [InlineData("""{"images":["iVBO"]}""", true), InlineData("""{"images":[{"id":7,"data":"iVBO"}],"classes":["a"],"top":3}""", true)]
    [InlineData("""{"images":[]}""", false), InlineData("""{"image":"iVBO"}""", false), InlineData("""{"images":[{"id":"a"}]}""", false)]
    [InlineData("""{"images":["iVBO"],"threshold":2}""", false), InlineData("""{"images":["iVBO"],"priority":"high"}""", false)]
    public async Task The_described_request_is_the_one_that_is_read(string json, bool isValid)
    {
        var document = await Document();
        var schema = document["paths"]!["/v1/detect"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;

        Assert.Equal(isValid, Evaluate(document, schema, json).IsValid);
    }

    [Fact]
    public async Task Every_route_for_people_is_described_with_all_its_parameters()
    {
        var document = await Document();
        var paths = document["paths"]!.AsObject().Select(path => path.Key).ToArray();
        var routes = service.Endpoints.OfType<RouteEndpoint>().Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/'));

        Assert.Contains("/healthz/ready", paths);
        Assert.All(
            routes.Where(route => route.Split('/')[1] is "v1" or "healthz"),
            route => Assert.Contains(route, paths));
        var parameters = document["paths"]!["/v1/detect"]!["post"]!["parameters"]!.AsArray();
        Assert.Equal(DetectParameter.All.Select(parameter => parameter.Name), parameters.Select(parameter => (string)parameter!["name"]!));
        Assert.StartsWith("3.1", (string)document["openapi"]!);
    }

    [Fact]
    public async Task The_document_does_not_repeat_the_host_that_a_request_names()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.Host = "elsewhere.invalid";
        using var answer = await service.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("elsewhere", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Json(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static void AssertValid(JsonNode document, JsonNode schema, string text)
    {
        var result = Evaluate(document, schema, text);
        Assert.True(result.IsValid, $"{text[..Math.Min(400, text.Length)]}\n{JsonSerializer.Serialize(result)}");
    }

    /// <summary>References of the schema lead to the document's components, which become definitions beside it.</summary>
    private static EvaluationResults Evaluate(JsonNode document, JsonNode schema, string text)
    {
        var components = document["components"]?["schemas"] ?? new JsonObject();
        var root = new JsonObject { ["allOf"] = new JsonArray(schema.DeepClone()), ["$defs"] = components.DeepClone() };
        var standing = root.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);
        using var instance = JsonDocument.Parse(text);
        return JsonSchema.FromText(standing).Evaluate(instance.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
    }

    private async Task<JsonNode> Document() => JsonNode.Parse(await service.Client.GetStringAsync("/openapi/v1.json", Cancellation))!;
}
