using System.Text.Json;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Tests.Reports;

public sealed class EvaluationReportWriterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("report-files").FullName;

    [Fact]
    public void The_same_report_gives_the_same_bytes()
    {
        var sample = Sample(["Car", "Van"]);

        Write(sample, "a");
        Write(sample, "b");

        Assert.Equal(["report.html", "report.md", "report.json"], EvaluationReportWriter.Files);
        Assert.All(
            EvaluationReportWriter.Files,
            file => Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "a", file)), File.ReadAllBytes(Path.Combine(folder, "b", file))));
    }

    [Fact]
    public void The_keys_at_the_top_of_the_json_stay_as_other_programs_read_them()
    {
        Write(Sample(["Car"]), "a");

        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "a", "report.json")));
        var keys = json.RootElement.EnumerateObject().Select(property => property.Name);
        Assert.Equal(
            ["map", "map50", "map75", "perClass", "images", "seconds", "imagesPerSecond", "precision", "leak"], keys.Take(9));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("unknown")]
    [InlineData("not an image")]
    public void An_image_that_cannot_be_shown_is_named_without_a_picture(string problem)
    {
        var sample = Sample(["Car"]);
        Spoil(sample, problem);

        Write(sample, "a");

        var html = File.ReadAllText(Path.Combine(folder, "a", "report.html"));
        Assert.Contains("000000: 1 missed, 1 wrong, 1 right. ", html);
        Assert.Equal(1, html.Split("<img").Length - 1);
    }

    [Fact]
    public void A_large_image_is_shown_in_960_pixels()
    {
        var sample = Sample(["Car"]);
        using (var large = RgbImage.Allocate(3000, 1000))
        {
            large.Pixels.Clear();
            File.WriteAllBytes(sample.Paths["000000"], ImageEncoder.Png(large));
        }

        Write(sample, "a");

        Assert.Contains("width=\"960\" height=\"320\"", File.ReadAllText(Path.Combine(folder, "a", "report.html")));
    }

    [Fact]
    public void Every_metric_has_its_numbers_and_its_rules_in_the_markdown()
    {
        Write(Sample(["Car|Van`"]), "a");

        var markdown = File.ReadAllText(Path.Combine(folder, "a", "report.md"));
        Assert.Contains("| AP50 | 0.623 |", markdown);
        Assert.Contains("- DontCare: a crowd of every class", markdown);
        Assert.Contains("| Car\\|Van\\` | 0 |", markdown);
        Assert.Contains("Not measured: no class is one of Car, Pedestrian, Cyclist", markdown);
        Assert.Contains("> **Warning:** 2 test and 0 validation images", markdown);
    }

    [Fact]
    public void Ending_the_work_leaves_no_report()
    {
        using var ended = new CancellationTokenSource();
        ended.Cancel();
        var sample = Sample(["Car"]);

        Assert.Throws<OperationCanceledException>(() =>
            EvaluationReportWriter.Write(Path.Combine(folder, "a"), sample.Report, sample.Problem, sample.Paths, ended.Token));
        Assert.False(Directory.Exists(Path.Combine(folder, "a")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Spoil(SampleReport sample, string problem)
    {
        switch (problem)
        {
            case "missing":
                File.Delete(sample.Paths["000000"]);
                break;
            case "unknown":
                sample.Paths.Remove("000000");
                break;
            default:
                File.WriteAllText(sample.Paths["000000"], problem);
                break;
        }
    }

    private SampleReport Sample(string[] classes) => new(folder, classes, images: 2);

    private void Write(SampleReport sample, string name) => EvaluationReportWriter.Write(
        Path.Combine(folder, name), sample.Report, sample.Problem, sample.Paths, TestContext.Current.CancellationToken);
}
