using System.Text.Json;
using Pipeline.Serving.Evaluation;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Tests.Programs;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Serving.Tests;

/// <summary>The quick demo as a real process: every stage, the report, and a model that the service can load.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("demo").FullName;

    [Fact]
    public async Task The_quick_demo_leaves_a_report_and_a_model_and_a_second_call_finds_everything_done()
    {
        var output = Path.Combine(folder, "demo");
        var first = await Demo(output, "--quick");
        Assert.True(first.Code == 0, first.Errors);

        using var report = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "report.json")));
        var runs = report.RootElement.GetProperty("runs").EnumerateArray().ToArray();
        Assert.Equal(["scratch", "retrained"], runs.Select(run => run.GetProperty("name").GetString()));
        Assert.All(runs, run => EqualMeasurement(output, run));
        var probe = report.RootElement.GetProperty("features").GetProperty("weights").GetProperty("nearestNeighbours").GetDouble();
        Assert.True(probe > 1.0 / StreetSceneOptions.Classes.Count, $"{probe}: features tell the classes no better than chance");
        Assert.True(report.RootElement.GetProperty("seconds").GetDouble() > 0);
        var model = report.RootElement.GetProperty("model").GetString()!;
        using (var detector = DetectorModel.Load(model))
        {
            Assert.Equal(["Car", "Truck", "Pedestrian", "Cyclist"], detector.Manifest.Labels);
        }

        var html = File.ReadAllText(Path.Combine(output, "report.html"));
        Assert.Equal(3, html.Split("<svg").Length - 1);
        Assert.Equal(6, html.Split("data:image/png;base64,").Length - 1);
        Assert.DoesNotContain("http://", html.Replace("http://www.w3.org/", "", StringComparison.Ordinal));
        Assert.Contains("| scratch |", File.ReadAllText(Path.Combine(output, "report.md")));
        string[] pages = ["scratch/report.html", "retrained/report.html", "comparison/comparison.html"];
        Assert.All(pages, page => Assert.Contains($"href=\"evaluated/{page}\"", html));
        Assert.All(pages, page => Assert.True(File.Exists(Path.Combine(output, "evaluated", page)), $"{page} is missing"));

        var trained = File.GetLastWriteTimeUtc(Path.Combine(output, "scratch", "last.safetensors"));
        var second = await Demo(output, "--quick");
        Assert.True(second.Code == 0, second.Errors);
        Assert.Equal(trained, File.GetLastWriteTimeUtc(Path.Combine(output, "scratch", "last.safetensors")));
        Assert.False(Directory.Exists(Path.Combine(folder, "models", "street", "2")));

        var other = await Demo(output, "--seed", "7");
        Assert.Equal(2, other.Code);
        Assert.Contains("holds a demo with other settings", other.Errors);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>The report's numbers are those of the run's exported model on the test scenes.</summary>
    private static void EqualMeasurement(string output, JsonElement run)
    {
        var model = Path.Combine(output, "exported", run.GetProperty("name").GetString()!, "1");
        var scenes = Path.Combine(output, "scenes");
        var options = new EvaluationOptions { ModelDirectory = model, Data = scenes, Split = Path.Combine(scenes, "test.txt") };
        var expected = ModelEvaluation.Run(options, remark: _ => { }, progress: null, TestContext.Current.CancellationToken);

        Assert.Equal(expected.Map!.Value, run.GetProperty("map").GetDouble(), 1e-6);
        Assert.Equal(expected.Map50!.Value, run.GetProperty("map50").GetDouble(), 1e-6);
        foreach (var (name, measured) in expected.PerClass)
        {
            Assert.Equal(measured!.Ap50, run.GetProperty("perClass").GetProperty(name).GetDouble(), 1e-6);
        }

        Assert.Equal(StreetSceneOptions.Classes.Count, expected.PerClass.Count);
    }

    private Task<ProgramEnd> Demo(string output, params string[] more)
    {
        string[] arguments = ["demo", "--output", output, "--models", Path.Combine(folder, "models"), .. more];
        return BuiltPrograms.Run(BuiltPrograms.Start(BuiltPrograms.Train, arguments), TestContext.Current.CancellationToken);
    }
}
