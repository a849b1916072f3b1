using System.Net;
using System.Net.Sockets;
using Pipeline.Serving.Configuration;

namespace Pipeline.Serving.Tests.Security;

/// <summary>What the server takes from a connection, and the metrics' own address.</summary>
public sealed class ServerLimitsTests
{
    [Fact]
    public async Task The_metrics_address_has_metrics_only_and_needs_no_key()
    {
        await using var service = await SecuredService.Start(options => options with
        {
            Listen = options.Listen with { MetricsUrl = "http://127.0.0.1:0" },
            Security = new SecurityOptions { ApiKeys = ["0123456789abcdef"] },
        });
        using var client = new HttpClient();
        var main = service.Addresses[0];
        var metrics = service.Addresses[2];

        Assert.Contains("http_requests", await client.GetStringAsync(new Uri(metrics, "/metrics"), Cancellation));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client, new Uri(metrics, "/healthz/live")));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client, new Uri(metrics, "/v2")));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client, new Uri(metrics, "/openapi/v1.json")));
        Assert.Equal(HttpStatusCode.OK, await Status(client, new Uri(main, "/healthz/live")));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client, new Uri(main, "/metrics")));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client, new Uri(main, "/METRICS/"), metrics.Authority));
    }

    [Fact]
    public async Task One_connection_more_than_the_limit_is_closed()
    {
        await using var service = await SecuredService.Start(
            options => options with { Limits = options.Limits with { MaxConnections = 1 } });
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, await Status(client, new Uri(service.Addresses[0], "/healthz/live")));   // and stays connected
        using var second = new TcpClient();
        await second.ConnectAsync(IPAddress.Loopback, service.Addresses[0].Port, Cancellation);

        Assert.Equal(0, await second.GetStream().ReadAsync(new byte[1], Cancellation));
    }

    [Fact]
    public async Task Headers_are_bounded_and_the_server_does_not_name_itself()
    {
        await using var service = await SecuredService.Start(options => options);
        using var client = new HttpClient { BaseAddress = service.Addresses[0] };
        using var many = new HttpRequestMessage(HttpMethod.Get, "/healthz/live");
        using var large = new HttpRequestMessage(HttpMethod.Get, "/healthz/live");
        for (var index = 0; index < 70; index++)
        {
            many.Headers.Add($"X-{index}", "a");
        }

        large.Headers.Add("X-Large", new string('a', 17_000));
        using var plain = await client.GetAsync(new Uri("/healthz/live", UriKind.Relative), Cancellation);
        using var tooMany = await client.SendAsync(many, Cancellation);
        using var tooLarge = await client.SendAsync(large, Cancellation);

        Assert.Empty(plain.Headers.Server);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, tooMany.StatusCode);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, tooLarge.StatusCode);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<HttpStatusCode> Status(HttpClient client, Uri address, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Host = host;
        using var answer = await client.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }
}
