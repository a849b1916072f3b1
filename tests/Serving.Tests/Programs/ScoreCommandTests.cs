using System.Text.Json;
using Pipeline.Golden;

namespace Pipeline.Serving.Tests.Programs;

/// <summary><c>score</c> and <c>results</c> as real processes; what is read and computed is tested in Shared.Tests.</summary>
public sealed class ScoreCommandTests : IDisposable
{
    private const string Truth = """
        {"images": [{"id": 7, "file_name": "000007.png"}, {"id": 8, "file_name": "000008.png"}],
         "categories": [{"id": 3, "name": "Car"}],
         "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [10, 10, 20, 20], "area": 400, "iscrowd": 0},
                         {"id": 2, "image_id": 8, "category_id": 3, "bbox": [10, 10, 20, 50], "area": 1000, "iscrowd": 0}]}
        """;

    private const string Results = """
        [{"image_id": 7, "category_id": 3, "bbox": [10, 10, 20, 20], "score": 0.9},
         {"image_id": 8, "category_id": 3, "bbox": [60, 60, 20, 20], "score": 0.8}]
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("score").FullName;

    public ScoreCommandTests()
    {
        File.WriteAllText(In("truth.json"), Truth);
        File.WriteAllText(In("results.json"), Results);
    }

    [Fact]
    public async Task Every_metric_is_printed_with_its_rules_and_as_json()
    {
        string[] files = ["--ground-truth", In("truth.json"), "--detections", In("results.json")];

        var printed = await Done(["score", "--metrics", "all", .. files]);
        string[] metrics = ["--metric", "coco", "voc", "--rule", "coco.maxDets=1,10,100"];
        var json = await Done(["score", .. metrics, "--json", "--output", In("o.json"), .. files]);

        Assert.Contains("APsmall", printed);
        Assert.Contains("coco.dontCare: ", printed);
        using var reports = JsonDocument.Parse(json);
        Assert.Equal(["coco", "voc"], reports.RootElement.EnumerateArray().Select(report => report.GetProperty("metric").GetString()));
        Assert.Equal("fraction", reports.RootElement[0].GetProperty("unit").GetString());
        Assert.Equal(0.5, reports.RootElement[1].GetProperty("numbers").GetProperty("AP50").GetDouble(), 1e-12);
        Assert.Equal(51.0 / 101, reports.RootElement[0].GetProperty("numbers").GetProperty("AP50").GetDouble(), 1e-12);
        Assert.Equal(json, File.ReadAllText(In("o.json")));
        await Refused("already exists", ["score", "--output", In("o.json"), .. files]);
        await Refused("would overwrite an input", ["score", "--force", "--output", In("truth.json"), .. files]);
    }

    [Fact]
    public async Task The_program_gives_pycocotools_numbers()
    {
        var golden = GoldenCase.Load("evaluation/coco_random_crowd");
        GoldenFiles.WriteCoco(golden.Inputs, folder);

        var numbers = await Numbers("--ground-truth", In("truth.json"), "--detections", In("results.json"));

        foreach (var (ours, reference) in numbers.EnumerateObject().Zip(golden.Expected.GetProperty("stats").Doubles()))
        {
            var value = ours.Value.ValueKind == JsonValueKind.Null ? -1 : ours.Value.GetDouble();
            GoldenComparison.Close(ours.Name, value, reference, golden.AbsoluteTolerance);
        }
    }

    [Fact]
    public async Task The_program_gives_the_numbers_of_kittis_development_kit()
    {
        var golden = GoldenCase.Load("evaluation/kitti_random_large");
        GoldenFiles.WriteKitti(golden.Inputs, folder);

        var numbers = await Numbers("--metrics", "kitti", "--ground-truth", In("label_2"), "--detections", In("results"));

        var official = golden.Expected.GetProperty("classes").EnumerateObject().Where(entry => entry.Value.ValueKind != JsonValueKind.Null);
        var mean = official.Average(entry => entry.Value.GetProperty("moderate").GetProperty("ap_r40").GetDouble());
        GoldenComparison.Close("R40", numbers.GetProperty("R40moderate").GetDouble(), mean, golden.AbsoluteTolerance);
    }

    [Fact]
    public async Task The_program_gives_vocs_numbers()
    {
        var golden = GoldenCase.Load("evaluation/voc_random_small");
        GoldenFiles.WriteVoc(golden.Inputs, folder);
        string[] classes = [.. golden.Inputs.GetProperty("classes").EnumerateArray().Select(entry => entry.GetString()!)];
        string[] files = ["--ground-truth", In("Annotations"), "--detections", In("results.json")];

        var numbers = await Numbers(["--metrics", "voc", .. files, "--classes", .. classes]);

        var expected = golden.Expected.GetProperty("inclusive_pixels").GetProperty("0.50").GetProperty("map_all_points").GetDouble();
        GoldenComparison.Close("AP50", numbers.GetProperty("AP50").GetDouble(), expected, golden.AbsoluteTolerance);
    }

    [Fact]
    public async Task A_wrong_file_is_one_line_with_its_place()
    {
        File.WriteAllText(In("results.json"), Results.Replace("0.8", "\"0.8\"", StringComparison.Ordinal));

        await Refused(
            "results.json: results[1].score: \"0.8\" is not a finite number",
            "score", "--ground-truth", In("truth.json"), "--detections", In("results.json"));
    }

    [Fact]
    public async Task Results_are_converted_packed_and_checked()
    {
        File.WriteAllText(In("frames.txt"), "000007\n000008\n");
        string[] files = ["--ground-truth", In("truth.json"), "--detections"];

        await Done(["results", "convert", .. files, In("results.json"), "--to", "kitti", "--output", In("kitti")]);
        await Done(["results", "convert", .. files, In("kitti"), "--to", "coco", "--output", In("again.json")]);
        await Done("results", "submission", "--detections", In("kitti"), "--frames", In("frames.txt"), "--output", In("s.zip"));
        var check = await Done("results", "check", In("s.zip"), "--frames", In("frames.txt"));

        Assert.Equal("Car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.9\n", File.ReadAllText(In("kitti/000007.txt")));
        using var again = JsonDocument.Parse(File.ReadAllText(In("again.json")));
        using var original = JsonDocument.Parse(Results);
        Assert.True(JsonElement.DeepEquals(original.RootElement, again.RootElement));
        Assert.Contains("2 of 2 frames, 2 detections, 0 defects", check);
        await Refused("there is no such file", "results", "check", In("s.zip"));
        File.AppendAllText(In("kitti/000008.txt"), "Bus\n");
        await Refused(
            "000008.txt:2: expected 16 fields",
            "results", "submission", "--detections", In("kitti"), "--frames", In("frames.txt"), "--output", In("t.zip"));
        Assert.False(File.Exists(In("t.zip")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private static async Task<JsonElement> Numbers(params string[] arguments)
    {
        using var reports = JsonDocument.Parse(await Done(["score", "--json", .. arguments]));
        return reports.RootElement[0].GetProperty("numbers").Clone();
    }

    private static async Task<string> Done(params string[] arguments)
    {
        var end = await BuiltPrograms.Run(BuiltPrograms.Start(BuiltPrograms.Serve, arguments), TestContext.Current.CancellationToken);
        Assert.True(end.Code == 0, end.Errors);
        return end.Output;
    }

    private static async Task Refused(string expected, params string[] arguments)
    {
        var end = await BuiltPrograms.Run(BuiltPrograms.Start(BuiltPrograms.Serve, arguments), TestContext.Current.CancellationToken);
        Assert.Equal(2, end.Code);
        Assert.Contains(expected, end.Errors);
        Assert.DoesNotContain("   at ", end.Errors);
    }
}
