using System.Text.Json;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Serving.Tests.Programs;

/// <summary>Classes that are merged for training stay merged in the exported model and in its evaluation; with real processes.</summary>
public sealed class MergedClassesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("merged-classes").FullName;

    [Fact]
    public async Task E1_a_model_with_merged_classes_is_measured_as_its_training_measured_it()
    {
        var scenes = new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 };
        StreetSceneWriter.WriteKitti(In("kitti"), scenes, 0, 4, cancellation: TestContext.Current.CancellationToken);
        File.WriteAllText(In("merged.json"), TinyRun.Configuration);
        File.WriteAllText(In("all.txt"), "000000\n000001\n000002\n000003\n");
        string[] run = ["--preset", "small", "--config", In("merged.json"), "--epochs", "30", "--output", In("run")];
        string[] classes = [
            "--labels", "Car", "--label-map", "Truck=Car", "--label-map", "Cyclist=Car", "--label-map", "Pedestrian=Car"];
        string[] data = ["--data", In("kitti"), "--train-list", In("all.txt"), "--test-list", In("all.txt")];

        await Run(BuiltPrograms.Train, ["finetune", .. run, .. classes, .. data]);
        await Run(
            BuiltPrograms.Train, "export", "--checkpoint", In("run/last.safetensors"), "--output", In("models"), "--name", "merged");
        var printed = await Run(
            BuiltPrograms.Serve, "evaluate", "--model", In("models/merged/1"), "--data", In("kitti"), "--json");

        using var manifest = JsonDocument.Parse(File.ReadAllText(In("models/merged/1/manifest.json")));
        Assert.Equal("Car", manifest.RootElement.GetProperty("labelMap").GetProperty("Truck").GetString());
        using var lastEpoch = JsonDocument.Parse(File.ReadLines(In("run/metrics.jsonl")).Last());
        using var report = JsonDocument.Parse(printed);
        var expected = lastEpoch.RootElement.GetProperty("map").GetDouble();
        Assert.True(expected > 0.01, $"nothing was learned: {expected}");
        Assert.Equal(expected, report.RootElement.GetProperty("map").GetDouble(), 2e-3);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private static async Task<string> Run(string program, params string[] arguments)
    {
        var end = await BuiltPrograms.Run(BuiltPrograms.Start(program, arguments), TestContext.Current.CancellationToken);
        Assert.True(end.Code == 0, end.Errors);
        return end.Output;
    }
}
