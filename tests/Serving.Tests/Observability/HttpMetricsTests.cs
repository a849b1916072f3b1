using System.Text.RegularExpressions;

namespace Pipeline.Serving.Tests.Observability;

public sealed partial class HttpMetricsTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task S2_methods_paths_and_hosts_chosen_by_clients_add_no_time_series()
    {
        await Ask("FOO", "/v1/detect");
        await Ask("FOO", "/unknown");
        var before = await Lines();
        for (var i = 0; i < 30; i++)
        {
            await Ask($"FOO{i}", "/v1/detect");
            await Ask($"FOO{i}", $"/unknown/{i}?x={i}");
            await Ask("foo", $"/{Guid.NewGuid()}", $"host{i}.example");
        }

        var after = await Lines();

        Assert.Equal(before.Length, after.Length);
        Assert.DoesNotContain(
            after, line => line.Contains("FOO", StringComparison.OrdinalIgnoreCase) || line.Contains("unknown", StringComparison.Ordinal));
    }

    [Fact]
    public async Task S2_labels_come_from_fixed_sets()
    {
        foreach (var method in new[] { "GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "get", "TRACE", "PROPFIND" })
        {
            await Ask(method, "/v1/detect");
            await Ask(method, "/healthz/live");
        }

        var text = string.Join('\n', await Lines());

        Assert.Subset(new HashSet<string> { "GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "other" }, Values(text, "method"));
        Assert.Subset(new HashSet<string> { "", "/v1/detect", "/healthz/live", "/healthz/ready", "/metrics" }, Values(text, "endpoint"));
        Assert.All(Values(text, "code"), code => Assert.Matches("^[2-5][0-9][0-9]$", code));
        Assert.Contains("http_requests_received_total{code=\"200\",method=\"HEAD\",endpoint=\"/healthz/live\"} 1", text);
        Assert.Contains("http_requests_received_total{code=\"400\",method=\"POST\",endpoint=\"/v1/detect\"} 1", text);
        Assert.Contains("http_requests_in_progress{method=\"GET\",endpoint=\"/metrics\"} 1", text);
        Assert.Contains("http_request_duration_seconds_count{code=\"405\",method=\"other\",endpoint=\"\"}", text);
    }

    private static HashSet<string> Values(string text, string label) =>
        [.. LabelPattern().Matches(text).Where(match => match.Groups[1].Value == label).Select(match => match.Groups[2].Value)];

    private async Task Ask(string method, string path, string? host = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Host = host } };
        using var answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<string[]> Lines()
    {
        await service.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        return (await service.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Split('\n');
    }

    [GeneratedRegex("(method|endpoint|code)=\"([^\"]*)\"")]
    private static partial Regex LabelPattern();
}
