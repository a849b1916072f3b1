using System.Text.Json;
using Pipeline.Serving.Evaluation;
using Pipeline.Serving.Tests.Programs;
using Pipeline.Shared.Reports;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Serving.Tests.Evaluation;

/// <summary><c>evaluate compare</c> as a real process over finished runs.</summary>
public sealed class CompareCommandTests(TwoRuns runs) : IClassFixture<TwoRuns>
{
    [Fact]
    public async Task Two_runs_are_compared_and_a_second_call_replaces_only_on_request()
    {
        var output = Path.Combine(runs.Folder, "comparison");
        string[] arguments = [runs.First, runs.Second, "--output", output, "--seed", "7", "--resamples", "20", "--json"];

        var first = await Compare(arguments);
        var refused = await Compare(arguments);
        var second = await Compare([.. arguments, "--force"]);

        Assert.True(first.Code == 0, first.Errors);
        Assert.Equal(2, refused.Code);
        Assert.True(second.Code == 0, second.Errors);
        Assert.Equal(first.Output, second.Output);
        Assert.Equal(first.Output, File.ReadAllText(Path.Combine(output, "comparison.json")));
        Assert.All(ComparisonReportWriter.Files, file => Assert.True(File.Exists(Path.Combine(output, file))));
        using var json = JsonDocument.Parse(first.Output);
        var comparison = Assert.Single(json.RootElement.GetProperty("comparisons").EnumerateArray());
        var result = comparison.GetProperty("result");
        Assert.Equal(7, result.GetProperty("options").GetProperty("seed").GetInt32());
        Assert.Equal(20, result.GetProperty("options").GetProperty("resamples").GetInt32());
        Assert.Equal(0, result.GetProperty("map").GetProperty("difference").GetDouble());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/../first")]
    public async Task The_same_folder_twice_is_refused(string spelling)
    {
        var end = await Compare(runs.First, runs.First + spelling);

        Assert.Equal(2, end.Code);
        Assert.Contains("this folder is named twice", end.Errors);
        Assert.DoesNotContain("   at ", end.Errors);
    }

    [Fact]
    public async Task Runs_on_other_images_are_refused_with_both_folders_and_an_image()
    {
        var end = await Compare(runs.First, runs.Other);

        Assert.Equal(2, end.Code);
        Assert.Contains(runs.First, end.Errors);
        Assert.Contains(runs.Other, end.Errors);
        Assert.Contains("not of the same images: 3 and 2, '000002' only in the first", end.Errors);
    }

    [Fact]
    public async Task A_folder_without_a_run_is_refused()
    {
        var end = await Compare(runs.First, runs.Folder);

        Assert.Equal(2, end.Code);
        Assert.Contains("there is no run.json", end.Errors);
    }

    [Fact]
    public async Task Runs_on_other_labels_of_the_same_images_are_refused_with_the_image()
    {
        var end = await Compare(runs.First, Copy("relabelled", "images.jsonl", "\"class\":\"", "\"class\":\"Old"));

        Assert.Equal(2, end.Code);
        Assert.Contains("label", end.Errors);
        Assert.Contains("'00000", end.Errors);
        Assert.DoesNotContain("   at ", end.Errors);
    }

    [Fact]
    public async Task A_run_that_is_not_finished_is_refused_with_what_to_do()
    {
        var folder = Copy("unfinished", "detections.jsonl", "\n", "");

        var end = await Compare(runs.First, folder);

        Assert.Equal(2, end.Code);
        Assert.Contains($"{folder}: the run is not finished, 0 of 1 executions are there; run the same", end.Errors);
    }

    /// <summary>A finished run, with a text of one of its files replaced.</summary>
    private string Copy(string name, string file, string text, string replacement)
    {
        var copy = Directory.CreateDirectory(Path.Combine(runs.Folder, name)).FullName;
        foreach (var original in Directory.EnumerateFiles(runs.First))
        {
            File.Copy(original, Path.Combine(copy, Path.GetFileName(original)));
        }

        var changed = Path.Combine(copy, file);
        var before = File.ReadAllText(changed);
        Assert.Contains(text, before);
        File.WriteAllText(changed, before.Replace(text, replacement, StringComparison.Ordinal));
        return copy;
    }

    private static Task<ProgramEnd> Compare(params string[] arguments) => BuiltPrograms.Run(
        BuiltPrograms.Start(BuiltPrograms.Serve, ["evaluate", "compare", .. arguments]), TestContext.Current.CancellationToken);
}

/// <summary>Finished runs of one model: two on the same images, one on fewer.</summary>
public sealed class TwoRuns : IDisposable
{
    public TwoRuns()
    {
        var data = Path.Combine(Folder, "kitti");
        var size = new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 };
        StreetSceneWriter.WriteKitti(data, size, 0, 3);
        var model = TinyModel.Export(Path.Combine(Folder, "models"));
        var list = Path.Combine(Folder, "two.txt");
        File.WriteAllText(list, "000000\n000001\n");
        var options = new EvaluationOptions { ModelDirectory = model, Data = data };
        Detect(options with { Output = First });
        Detect(options with { Output = Second });
        Detect(options with { Output = Other, Split = list });
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("two-runs").FullName;

    public string First => Path.Combine(Folder, "first");

    public string Second => Path.Combine(Folder, "second");

    public string Other => Path.Combine(Folder, "other");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void Detect(EvaluationOptions options) => ModelEvaluation.Detect(options, remark: _ => { }, progress: null, default);
}
