using System.Net;
using System.Text.RegularExpressions;

namespace Pipeline.Serving.Tests.Documentation;

/// <summary>The service answers the requests that README.md and docs show.</summary>
public sealed partial class DocumentedRouteTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Every_address_that_a_page_calls_with_curl_is_served()
    {
        var calls = MarkdownText.Pages
            .SelectMany(MarkdownText.ShellLines)
            .Select(line => ShellWords.Split(line.Text))
            .Where(words => words[0] == "curl")
            .ToArray();

        Assert.NotEmpty(calls);
        foreach (var words in calls)
        {
            var address = new Uri(Assert.Single(words, word => word.StartsWith("http://", StringComparison.Ordinal)));
            await AssertServed(words.Contains("--data-binary") || words.Contains("-F") ? "POST" : "GET", address.PathAndQuery);
        }
    }

    [Fact]
    public async Task Every_route_that_a_page_names_is_served()
    {
        var routes = MarkdownText.Pages
            .SelectMany(MarkdownText.Spans)
            .Select(span => RoutePattern().Match(span.Text))
            .Where(match => match.Success)
            .ToArray();

        Assert.NotEmpty(routes);
        foreach (var route in routes)
        {
            await AssertServed(route.Groups["method"].Success ? route.Groups["method"].Value : "GET", route.Groups["path"].Value);
        }
    }

    private async Task AssertServed(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = method == "POST" ? new ByteArrayContent(ServiceFixture.Png()) : null;
        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var isServed = response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed);
        Assert.True(isServed, $"{method} {path}: {response.StatusCode}");
    }

    [GeneratedRegex("^((?<method>GET|POST) )?(?<path>/(v[0-9]|healthz|metrics)[^ ]*)$")]
    private static partial Regex RoutePattern();
}
