using System.Net;
using System.Text.Json;
using Pipeline.Serving.Configuration;

namespace Pipeline.Serving.Tests.Security;

public sealed class ApiKeyGateTests(ApiKeyGateTests.Fixture fixture) : IClassFixture<ApiKeyGateTests.Fixture>
{
    private const string Key = "0123456789abcdef";
    private static readonly byte[] EmptyMessage = new byte[5];   // not compressed, length 0
    private readonly HttpClient client = fixture.Client;
    private readonly SecuredService service = fixture.Service;

    [Theory]
    [InlineData("GET", "/healthz/live"), InlineData("HEAD", "/healthz/ready"), InlineData("GET", "/v2/health/live")]
    [InlineData("GET", "/v2/health/ready")]
    public async Task Health_needs_no_key(string method, string path) =>
        Assert.Equal(HttpStatusCode.OK, (await Send(method, path)).StatusCode);

    [Theory]
    [InlineData("POST", "/v1/detect"), InlineData("GET", "/metrics"), InlineData("GET", "/openapi/v1.json"), InlineData("GET", "/")]
    [InlineData("GET", "/nothing/here"), InlineData("PUT", "/v1/detect"), InlineData("GET", "/healthz/../metrics")]
    [InlineData("GET", "/healthz/%2e%2e/metrics"), InlineData("GET", "/healthzz"), InlineData("GET", "//metrics")]
    public async Task Everything_else_does_and_is_answered_with_a_problem(string method, string path)
    {
        var answer = await Send(method, path);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("This service needs an API key. Send one as", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("GET", "/v2"), InlineData("GET", "/v2/models/tiny"), InlineData("POST", "/v2/models/tiny/infer")]
    [InlineData("POST", "/v2/repository/models/tiny/unload"), InlineData("GET", "/v2/nothing")]
    public async Task The_open_inference_protocol_answers_in_its_own_form(string method, string path)
    {
        var answer = await Send(method, path);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        using var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Contains("needs an API key", error.RootElement.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("Authorization", "Bearer " + Key), InlineData("authorization", "bearer  " + Key), InlineData("X-API-Key", Key)]
    [InlineData("x-api-key", "another-key-0000")]
    public async Task A_key_lets_a_request_in(string header, string value)
    {
        Assert.Equal(HttpStatusCode.OK, (await Send("GET", "/metrics", (header, value))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Send("GET", "/v2", (header, value))).StatusCode);
    }

    [Theory]
    [InlineData("Authorization", Key), InlineData("Authorization", "Basic " + Key), InlineData("Authorization", "Bearer")]
    [InlineData("Authorization", "Bearer 0123456789abcdeF"), InlineData("X-API-Key", ""), InlineData("X-API-Key", Key + "," + Key)]
    [InlineData("Cookie", "X-API-Key=" + Key)]
    public async Task Something_else_does_not(string header, string value) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await Send("GET", "/metrics", (header, value))).StatusCode);

    [Fact]
    public async Task A_key_in_the_query_does_not() =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await Send("GET", $"/metrics?api_key={Key}&X-API-Key={Key}")).StatusCode);

    [Fact]
    public async Task A_request_without_a_key_is_refused_before_its_body_is_read()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detect") { Content = new ByteArrayContent(new byte[20_000_000]) };
        request.Headers.ExpectContinue = true;
        using var answer = await client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("/inference.GRPCInferenceService/ServerMetadata", null, "16")]
    [InlineData("/inference.GRPCInferenceService/ModelInfer", null, "16")]
    [InlineData("/inference.GRPCInferenceService/ServerLive", "wrong-key-0000000", "16"), InlineData("/no.Such/Method", null, "16")]
    [InlineData("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", null, "16")]
    [InlineData("/inference.GRPCInferenceService/ServerMetadata", Key, "0"), InlineData("/grpc.health.v1.Health/Check", null, "0")]
    public async Task Grpc_is_answered_with_its_own_status(string path, string? key, string status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Addresses[1], path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(EmptyMessage) { Headers = { { "Content-Type", "application/grpc" } } },
        };
        if (key is not null)
        {
            request.Headers.Add("authorization", "Bearer " + key);
        }

        using var answer = await client.SendAsync(request, Cancellation);
        await answer.Content.ReadAsByteArrayAsync(Cancellation);

        var headers = answer.Headers.Concat(answer.TrailingHeaders).ToDictionary(header => header.Key, header => header.Value.First());
        Assert.Equal((HttpStatusCode.OK, status), (answer.StatusCode, headers["grpc-status"]));
        Assert.Equal(status == "16", headers.TryGetValue("grpc-message", out var message) && message.Contains("API%20key"));
    }

    [Fact]
    public async Task The_document_says_that_a_key_is_needed()
    {
        var answer = await Send("GET", "/openapi/v1.json", ("X-API-Key", Key));
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));

        Assert.Equal(1, document.RootElement.GetProperty("security").GetArrayLength());
        Assert.True(document.RootElement.GetProperty("components").GetProperty("securitySchemes").TryGetProperty("apiKey", out _));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<HttpResponseMessage> Send(string method, string path, params (string Name, string Value)[] headers)
    {
        // The path goes over the wire as it is written here.
        var raw = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var address = new Uri(service.Addresses[0].GetLeftPart(UriPartial.Authority) + path, raw);
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, Cancellation);
    }

    /// <summary>A service with two keys.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal HttpClient Client { get; } = new();

        internal SecuredService Service { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Service = await SecuredService.Start(
                options => options with { Security = new SecurityOptions { ApiKeys = ["another-key-0000", Key] } });
            Client.BaseAddress = Service.Addresses[0];
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Service.DisposeAsync();
        }
    }
}
