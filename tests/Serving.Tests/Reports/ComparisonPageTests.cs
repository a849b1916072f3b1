using Deque.AxeCore.Playwright;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Tests.Reports;

/// <summary>A comparison in a real browser.</summary>
[Collection(nameof(Browser))]
public sealed class ComparisonPageTests(Browser browser) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("comparison").FullName;

    [Fact]
    public async Task Each_image_that_changed_is_shown_with_its_labels_and_both_detectors()
    {
        await using var page = await browser.Open(Write(["Car", "<b>Van</b>"]), 360, 800);

        Assert.Empty(page.Complaints);
        Assert.Equal([page.Page.Url], page.Requests);
        Assert.Equal(0, await page.HiddenWidth());
        Assert.Equal(4, await page.Page.Locator(".row").CountAsync());
        var widths = await page.PictureWidths();
        Assert.Equal(4 * 3, widths.Length);
        Assert.All(widths, width => Assert.True(width > 0, "A picture is broken."));
        var text = await page.Page.InnerTextAsync("main");
        Assert.Contains("Worse: mAP", text);
        Assert.Contains("seed 5", text);
        Assert.Contains("<b>Van</b>", text);
        var result = await page.Page.RunAxe();
        Assert.Empty(result.Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => violation.Id));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>A run compared with one that lacks the right detections in all of the four images.</summary>
    private string Write(string[] classes)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var sample = new SampleReport(folder, classes, images: 4);
        var blind = sample.Problem with { Detections = [.. sample.Problem.Detections.Where(found => found.Score < 0.8)] };
        var options = new BootstrapOptions { Seed = 5, Resamples = 50 };
        var comparison = PairedComparison.Of(sample.Problem, blind, options, cancellation: cancellation);
        var first = new ComparedRun("runs/a", sample.Report.Model!, "fp32", sample.Report.Data!);
        var report = new ComparisonReport(first, [new ComparisonWithBaseline(first with { Folder = "runs/b" }, comparison)]);
        ComparisonReportWriter.Write(
            folder, report, new ComparedDetections(sample.Problem, [blind], sample.Paths), cancellation);
        return Path.Combine(folder, "comparison.html");
    }
}
