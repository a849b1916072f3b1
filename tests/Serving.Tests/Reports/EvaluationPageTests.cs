using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Tests.Reports;

/// <summary>The report in a real browser, as a reader sees it.</summary>
[Collection(nameof(Browser))]
public sealed class EvaluationPageTests(Browser browser) : IDisposable
{
    private const string Hostile = "<script>alert('x')</script>\" onload=\"1";
    private static readonly ColorScheme[] Schemes = [ColorScheme.Light, ColorScheme.Dark];
    private readonly string folder = Directory.CreateTempSubdirectory("report").FullName;

    [Theory]
    [InlineData(1)]
    [InlineData(80)]
    public async Task A_page_asks_for_nothing_complains_of_nothing_and_shows_its_pictures(int classes)
    {
        await using var page = await browser.Open(Write(Classes(classes), images: 3), 1280, 900);

        Assert.Empty(page.Complaints);
        Assert.Equal([page.Page.Url], page.Requests);
        var widths = await page.PictureWidths();
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
    [InlineData(1)]
    [InlineData(80)]
    public async Task On_a_phone_nothing_lies_beside_the_page(int classes)
    {
        string[] names = [.. Classes(classes), new('W', 200)];
        await using var page = await browser.Open(Write(names, images: 2), 360, 800);
        await page.OpenDetails();

        foreach (var scheme in Schemes)
        {
            await page.Show(scheme);
            Assert.Equal(0, await page.HiddenWidth());
        }
    }

    [Fact]
    public async Task Dark_is_dark_and_light_is_light()
    {
        await using var page = await browser.Open(Write(Classes(3), images: 1), 800, 600);

        await page.Show(ColorScheme.Dark);
        Assert.True(await page.Brightness("body") < 40, "The background of the dark page is bright.");
        Assert.True(await page.Brightness(".chart") < 50, "The background of a chart of the dark page is bright.");
        await page.Show(ColorScheme.Light);
        Assert.True(await page.Brightness("body") > 220, "The background of the light page is dark.");
    }

    [Fact]
    public async Task Axe_finds_no_serious_violation_in_light_and_dark()
    {
        await using var page = await browser.Open(Write([.. Classes(11), Hostile], images: 2), 1000, 800);
        await page.OpenDetails();

        foreach (var scheme in Schemes)
        {
            await page.Show(scheme);
            var result = await page.Page.RunAxe();
            var serious = result.Violations.Where(violation => violation.Impact is "serious" or "critical");
            Assert.Empty(serious.Select(violation => $"{scheme} {violation.Id}: {violation.Nodes[0].Html}"));
        }
    }

    [Fact]
    public async Task A_hostile_name_is_shown_as_text()
    {
        string[] names = [Hostile, "שלום\u202E-123", "🚗\0 & | `x` {{style}}"];
        await using var page = await browser.Open(Write(names, images: 3), 800, 600);

        Assert.Empty(page.Complaints);
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("() => document.scripts.length"));
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("() => document.querySelectorAll('[onload]').length"));
        var shown = await page.Page.Locator("tbody th[scope=row]").AllTextContentsAsync();
        Assert.Equal([names[0], names[1], names[2].Replace('\0', '\uFFFD')], shown.Take(3));
    }

    [Fact]
    public async Task An_empty_report_says_in_words_that_nothing_was_measured()
    {
        var report = new EvaluationReport(
            Map: null,
            Map50: null,
            Map75: null,
            PerClass: new Dictionary<string, ClassAveragePrecision?> { ["Car"] = null },
            Images: 0,
            Seconds: 0,
            ImagesPerSecond: 0);
        var problem = EvaluationProblem.Of(new LabelMap(["Car"]), []);
        EvaluationReportWriter.Write(folder, report, problem, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        await using var page = await browser.Open(Path.Combine(folder, "report.html"), 360, 800);

        Assert.Contains("Nothing could be measured: the labels have no object.", await page.Page.InnerTextAsync("main"));
        Assert.Empty(page.Complaints);
        Assert.Equal(0, await page.HiddenWidth());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string[] Classes(int count) => [.. Enumerable.Range(1, count).Select(index => $"class number {index}")];

    private string Write(IReadOnlyList<string> classes, int images)
    {
        var sample = new SampleReport(folder, classes, images);
        EvaluationReportWriter.Write(folder, sample.Report, sample.Problem, sample.Paths, TestContext.Current.CancellationToken);
        return Path.Combine(folder, "report.html");
    }
}
