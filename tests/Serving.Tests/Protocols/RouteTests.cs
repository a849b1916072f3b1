using System.Net;

namespace Pipeline.Serving.Tests.Protocols;

public sealed class RouteTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Theory]
    [InlineData("/healthz/live"), InlineData("/healthz/ready"), InlineData("/metrics"), InlineData("/healthz/live/")]
    public async Task S1_head_is_answered_like_get_without_a_body(string path)
    {
        var get = await Send("GET", path);
        var head = await Send("HEAD", path);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (get.StatusCode, head.StatusCode));
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("GET", "/v1/detect", "POST"), InlineData("OPTIONS", "/v1/detect", "POST")]
    [InlineData("PUT", "/v1/detect/", "POST"), InlineData("FOO", "/v1/detect", "POST")]
    [InlineData("POST", "/healthz/live", "GET, HEAD"), InlineData("DELETE", "/metrics", "GET, HEAD")]
    [InlineData("POST", "/metrics", "GET, HEAD")]
    public async Task S1_another_method_is_405_and_the_response_names_the_right_one(string method, string path, string allowed)
    {
        var answer = await Send(method, path);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains($"send {allowed}.", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("/"), InlineData("/v1"), InlineData("/v3/detect"), InlineData("/v1/detect/x"), InlineData("/healthz")]
    [InlineData("/%2e%2e/etc/passwd")]
    public async Task S1_an_unknown_path_is_404_and_the_response_lists_the_known_ones(string path)
    {
        var answer = await Send("GET", path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("POST /v1/detect", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<HttpResponseMessage> Send(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        return await service.Client.SendAsync(request, Cancellation);
    }
}
