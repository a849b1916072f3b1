using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Tests.Reports;

/// <summary>The report in a real browser, as a reader sees it.</summary>
public sealed class EvaluationPageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private const string Hostile = "<script>alert('x')</script>\" onload=\"1";
    private readonly string folder = Directory.CreateTempSubdirectory("report").FullName;

    public static TheoryData<int> ClassCounts => [1, 3, 80];

    [Theory]
    [MemberData(nameof(ClassCounts))]
    public async Task A_page_asks_for_nothing_complains_of_nothing_and_shows_its_pictures(int classes)
    {
        await using var page = await Open(Write(Classes(classes), images: 3), 1280, 900, ColorScheme.Light);

        Assert.Empty(page.Complaints);
        Assert.Equal([page.Page.Url], page.Requests);
        var widths = await page.Page.EvaluateAsync<int[]>("() => [...document.images].map(image => image.naturalWidth)");
        Assert.Equal(3, widths.Length);
        Assert.All(widths, width => Assert.True(width > 0, "A picture is broken."));
        Assert.Equal(
            [
                "Summary", "Classes", "Precision and recall", "Error kinds", "Scores and sizes", "Confusion", "Worst images", "Speed",
                "What was measured",
            ],
            await page.Page.Locator("h2").AllInnerTextsAsync());
        var links = await page.Page.EvaluateAsync<bool>(
            "() => [...document.querySelectorAll('nav a')].every(link => document.querySelector(link.getAttribute('href')))");
        Assert.True(links, "A link of the table of contents leads nowhere.");
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1)]
    [InlineData(ColorScheme.Dark, 80)]
    public async Task On_a_phone_nothing_lies_beside_the_page(ColorScheme scheme, int classes)
    {
        await using var page = await Open(Write(Classes(classes), images: 3), 360, 800, scheme);
        await page.OpenDetails();

        Assert.Equal(0, await page.HiddenWidth());
    }

    [Fact]
    public async Task Dark_is_dark_and_light_is_light()
    {
        var file = Write(Classes(3), images: 1);
        await using var dark = await Open(file, 800, 600, ColorScheme.Dark);
        await using var light = await Open(file, 800, 600, ColorScheme.Light);

        Assert.True(await Brightness(dark) < 40, "The background of the dark page is bright.");
        Assert.True(await Brightness(light) > 220, "The background of the light page is dark.");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Axe_finds_no_serious_violation(ColorScheme scheme)
    {
        await using var page = await Open(Write([.. Classes(11), Hostile], images: 2), 1000, 800, scheme);
        await page.OpenDetails();

        var result = await page.Page.RunAxe();

        var serious = result.Violations.Where(violation => violation.Impact is "serious" or "critical");
        Assert.Empty(serious.Select(violation => $"{violation.Id}: {violation.Nodes[0].Html}"));
    }

    [Fact]
    public async Task A_hostile_name_is_shown_as_text()
    {
        string[] names = [Hostile, "שלום\u202E-123", "🚗\0 & | `x`"];
        await using var page = await Open(Write(names, images: 3), 800, 600, ColorScheme.Light);

        Assert.Empty(page.Complaints);
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("() => document.scripts.length"));
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("() => document.querySelectorAll('[onload]').length"));
        Assert.Equal(Hostile, await page.Page.Locator("tbody th[scope=row]").First.TextContentAsync());
    }

    [Fact]
    public async Task An_empty_report_says_in_words_that_nothing_was_measured()
    {
        var report = new EvaluationReport(
            Map: null, Map50: null, Map75: null, PerClass: new Dictionary<string, ClassAveragePrecision?> { ["Car"] = null },
            Images: 0, Seconds: 0, ImagesPerSecond: 0);
        var problem = EvaluationProblem.Of(new LabelMap(["Car"]), []);
        EvaluationReportWriter.Write(folder, report, problem, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        await using var page = await Open(Path.Combine(folder, "report.html"), 360, 800, ColorScheme.Dark);

        Assert.Contains("Nothing could be measured: the labels have no object.", await page.Page.InnerTextAsync("main"));
        Assert.Empty(page.Complaints);
        Assert.Equal(0, await page.HiddenWidth());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string[] Classes(int count) => [.. Enumerable.Range(1, count).Select(index => $"class number {index}")];

    private static Task<double> Brightness(OpenedPage page) => page.Page.EvaluateAsync<double>(
        "() => { const parts = getComputedStyle(document.body).backgroundColor.match(/\\d+/g); return Math.max(...parts.slice(0, 3)); }");

    private string Write(IReadOnlyList<string> classes, int images)
    {
        var sample = new SampleReport(folder, classes, images);
        EvaluationReportWriter.Write(folder, sample.Report, sample.Problem, sample.Paths, TestContext.Current.CancellationToken);
        return Path.Combine(folder, "report.html");
    }

    private Task<OpenedPage> Open(string file, int width, int height, ColorScheme scheme) => browser.Open(file, width, height, scheme);
}
