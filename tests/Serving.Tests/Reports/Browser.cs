using Microsoft.Playwright;

namespace Pipeline.Serving.Tests.Reports;

/// <summary>The system's Chromium, started once for all tests of pages.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>Starts the browser; where there is none, the tests are skipped and say so.</summary>
    public async ValueTask InitializeAsync()
    {
        if (Executable() is not { } path)
        {
            return;
        }

        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = path,
            Args = ["--no-sandbox", "--disable-gpu"],
        });
    }

    /// <summary>Opens a file; everything that it says or asks for is kept.</summary>
    internal async Task<OpenedPage> Open(string file, int width, int height)
    {
        Assert.SkipWhen(browser is null, $"None of {string.Join(", ", Names)} is on PATH; the pages were not opened.");
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
        });
        var page = await context.NewPageAsync();
        var opened = new OpenedPage(page);
        await page.GotoAsync(new Uri(file).AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        return opened;
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }

    private static string? Executable()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var files = from name in Names from folder in folders select Path.Combine(folder, name);
        return files.FirstOrDefault(File.Exists);
    }
}

/// <summary>The tests that share the browser.</summary>
[CollectionDefinition(nameof(Browser))]
public sealed class BrowserTests : ICollectionFixture<Browser>;
