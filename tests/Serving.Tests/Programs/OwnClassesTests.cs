using System.Text.Json;

namespace Pipeline.Serving.Tests.Programs;

/// <summary>
/// Somebody's own classes, from labels in any format to detections; with real processes. KITTI's lines cannot hold these names.
/// </summary>
public sealed class OwnClassesTests : IDisposable
{
    private const int Scenes = 4;

    private readonly string folder = Directory.CreateTempSubdirectory("own-classes").FullName;

    [Fact]
    public async Task One_set_in_three_formats_trains_and_measures_the_same()
    {
        await Run(
            BuiltPrograms.Train,
            ["data", "synth", "--output", In("scenes"), "--count", $"{Scenes}", "--width", "192", "--height", "96"]);
        await Convert("scenes", "voc", "--label-map", "Car=легковой автомобиль", "--label-map", "Truck=货车", "--label-map", "Cyclist=vélo");
        await Convert("voc", "coco");
        await Convert("coco", "yolo");
        File.WriteAllText(In("own.json"), TinyRun.Configuration);
        File.WriteAllText(In("all.txt"), "000000\n000001\n000002\n000003\n");
        string[] run = ["--preset", "small", "--config", In("own.json"), "--epochs", "30", "--output", In("run")];
        string[] data = ["--data", In("voc"), "--train-list", In("all.txt"), "--test-list", In("all.txt")];

        await Run(BuiltPrograms.Train, ["finetune", .. run, .. data]);
        await Run(BuiltPrograms.Train, ["export", "--checkpoint", In("run/last.safetensors"), "--output", In("models"), "--name", "own"]);

        using var manifest = JsonDocument.Parse(File.ReadAllText(In("models/own/1/manifest.json")));
        var labels = manifest.RootElement.GetProperty("labels").EnumerateArray().Select(label => label.GetString());
        Assert.Equal(["Pedestrian", "vélo", "легковой автомобиль", "货车"], labels);
        var trained = LastMap();
        Assert.True(trained > 0.01, $"nothing was learned: {trained}");
        foreach (var format in new[] { "voc", "coco", "yolo" })
        {
            var report = await Run(
                BuiltPrograms.Serve, ["evaluate", "--model", In("models/own/1"), "--data", In(format), "--format", format, "--json"]);
            using var measured = JsonDocument.Parse(report);
            Assert.Equal(trained, measured.RootElement.GetProperty("map").GetDouble(), 2e-3);
        }

        await DetectsInADataSet();
    }

    private async Task DetectsInADataSet()
    {
        string[] model = ["--model", In("models/own/1")];
        string[] pictures = ["--output", In("found"), "--formats", "image"];
        var lines = await Run(BuiltPrograms.Serve, ["detect", .. model, "--data", In("coco"), .. pictures]);

        Assert.Equal(Scenes, lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(Scenes, Directory.GetFiles(In("found"), "*.png").Length);
        var both = await BuiltPrograms.Run(
            BuiltPrograms.Start(BuiltPrograms.Serve, ["detect", .. model, "--data", In("coco"), In("found/000000.png")]),
            TestContext.Current.CancellationToken);
        Assert.Equal(2, both.Code);
        Assert.Contains("name image files, or a data set with --data", both.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private async Task Convert(string from, string to, params string[] options) =>
        await Run(BuiltPrograms.Train, ["data", "convert", "--data", In(from), "--to", to, "--output", In(to), .. options]);

    private double LastMap()
    {
        using var lastEpoch = JsonDocument.Parse(File.ReadLines(In("run/metrics.jsonl")).Last());
        return lastEpoch.RootElement.GetProperty("map").GetDouble();
    }

    private static async Task<string> Run(string program, string[] arguments)
    {
        var end = await BuiltPrograms.Run(BuiltPrograms.Start(program, arguments), TestContext.Current.CancellationToken);
        Assert.True(end.Code == 0, end.Errors);
        return end.Output;
    }
}
