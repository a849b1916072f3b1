using Microsoft.Playwright;

namespace Pipeline.Serving.Tests.Reports;

/// <summary>A page in the browser, and what it did.</summary>
internal sealed class OpenedPage : IAsyncDisposable
{
    private readonly List<string> complaints = [];
    private readonly List<string> requests = [];

    public OpenedPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) => complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) => requests.Add(request.Url);
    }

    public IPage Page { get; }

    /// <summary>Everything on the console, and errors.</summary>
    public IReadOnlyList<string> Complaints => complaints;

    /// <summary>What was asked for outside the page's own bytes.</summary>
    public IEnumerable<string> Requests => requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal));

    /// <summary>Opens every part that the reader can open.</summary>
    public Task OpenDetails() => Page.EvaluateAsync("() => document.querySelectorAll('details').forEach(part => part.open = true)");

    /// <summary>How much wider the page is than the window.</summary>
    public Task<int> HiddenWidth() =>
        Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Widths of the pictures as decoded; 0: broken.</summary>
    public Task<int[]> PictureWidths() => Page.EvaluateAsync<int[]>("() => [...document.images].map(image => image.naturalWidth)");

    /// <summary>Shows the page to a reader who prefers light or dark.</summary>
    public Task Show(ColorScheme scheme) => Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });

    /// <summary>Brightest channel of an element's background, 0..255.</summary>
    public Task<double> Brightness(string selector) => Page.EvaluateAsync<double>(
        "selector => Math.max(...getComputedStyle(document.querySelector(selector)).backgroundColor.match(/\\d+/g).slice(0, 3))", selector);

    public ValueTask DisposeAsync() => new(Page.Context.CloseAsync());
}
