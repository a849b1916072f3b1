using System.Text.Json;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using TorchSharp;

namespace Pipeline.Serving.Tests.Programs;

/// <summary><c>export</c> as a user runs it; with real processes.</summary>
public sealed class ExportCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("export").FullName;

    [Fact]
    public async Task Two_precisions_are_versions_of_one_model_and_the_service_s_commands_say_which()
    {
        SaveCheckpoint();
        await Run(BuiltPrograms.Train, "data", "synth", "--output", In("scenes"), "--count", "3", "--width", "192", "--height", "96");

        var first = await Export("--precision", "fp32");
        var second = await Export("--precision", "fp16", "--data", In("scenes"));

        Assert.Equal(In("models/tiny/1"), LastLine(first));
        Assert.Equal(In("models/tiny/2"), LastLine(second));
        Assert.Contains("5 drawn scenes: ", first);
        Assert.Contains("3 labelled images: ", second);
        var (exact, narrow) = (ModelDirectory.Open(In("models/tiny/1")), ModelDirectory.Open(In("models/tiny/2")));
        Assert.Equal(("fp32", "fp16"), (exact.Manifest.Precision, narrow.Manifest.Precision));
        Assert.All([exact, narrow], model => Assert.True(model.Manifest.Parity!.Passed));
        Assert.Null(exact.Manifest.Parity!.ModelMap);
        Assert.NotNull(narrow.Manifest.Parity!.ModelMap);
        var report = await Run(BuiltPrograms.Serve, "evaluate", "--model", narrow.Path, "--data", In("scenes"), "--json");
        Assert.Equal("fp16", JsonDocument.Parse(report).RootElement.GetProperty("precision").GetString());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string LastLine(string output) => output.TrimEnd().Split('\n')[^1];

    private string In(string name) => Path.Combine(folder, name);

    private void SaveCheckpoint()
    {
        torch.manual_seed(1);
        using var detector = new FasterRcnn(TinyModel.Options);
        DetectorCheckpoint.Save(In("tiny.safetensors"), detector, KittiClasses.Default);
    }

    private async Task<string> Export(params string[] options) => await Run(
        BuiltPrograms.Train, ["export", "--checkpoint", In("tiny.safetensors"), "--output", In("models"), "--name", "tiny", .. options]);

    private static async Task<string> Run(string program, params string[] arguments)
    {
        var end = await BuiltPrograms.Run(BuiltPrograms.Start(program, arguments), TestContext.Current.CancellationToken);
        Assert.True(end.Code == 0, end.Errors);
        return end.Output;
    }
}
