using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Golden;
using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("safetensors").FullName;

    [Fact]
    public void What_is_written_reads_back_equal()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(folder, "a.safetensors");
        var tensors = new Dictionary<string, Tensor>
        {
            ["f"] = arange(6, dtype: float32).view(2, 3).t(),
            ["h"] = ones(3, dtype: bfloat16),
            ["i"] = arange(4, dtype: int64),
            ["none"] = zeros(0, 4),
            ["scalar"] = tensor(7.5),
        };

        SafetensorsFile.Write(path, tensors, new Dictionary<string, string> { ["k"] = "v" });
        var content = SafetensorsFile.Read(path);

        Assert.Equal(tensors.Keys, content.Tensors.Keys);
        Assert.All(
            tensors,
            entry => Assert.True(
                entry.Value.shape.SequenceEqual(content.Tensors[entry.Key].shape)
                    && entry.Value.eq(content.Tensors[entry.Key]).all().item<bool>()));
        Assert.Equal("v", content.Metadata["k"]);
        Assert.Equal([path], Directory.GetFiles(folder));
    }

    [Fact]
    public void Every_good_reference_file_loads_and_every_hostile_one_is_refused()
    {
        using var scope = NewDisposeScope();
        foreach (var (name, path) in Files("good.json"))
        {
            Assert.True(SafetensorsFile.Read(path).Tensors.Count >= 0, name);
        }

        var refused = Files("refuse.json").ToArray();
        Assert.NotEmpty(refused);
        foreach (var (name, path) in refused)
        {
            var accepted = true;
            try
            {
                SafetensorsFile.Read(path);
            }
            catch (UserErrorException exception)
            {
                accepted = false;
                Assert.Contains(name, exception.Message);
            }

            Assert.False(accepted, $"{name} was accepted");
        }
    }

    [Fact]
    public void A_detector_comes_back_with_its_weights_options_and_labels()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(folder, "detector.safetensors");
        using var detector = new FasterRcnn(Tiny("resnet18"));
        DetectorCheckpoint.Save(path, detector, ["Car", "Van"]);

        var (loaded, labels) = DetectorCheckpoint.Load(path);

        Assert.Equal(["Car", "Van"], labels);
        Assert.Equal(BatchNormMode.Train, ((FasterRcnn)loaded).Options.Backbone.BatchNorm);
        Assert.All(
            StateDict.InOrder(detector).Zip(StateDict.InOrder(loaded)),
            pair => Assert.True(pair.First.Key == pair.Second.Key && pair.First.Value.eq(pair.Second.Value).all().item<bool>()));
    }

    [Fact]
    public void Weights_of_another_architecture_are_refused_with_examples()
    {
        using var scope = NewDisposeScope();
        using var small = new FasterRcnn(Tiny("resnet18"));
        using var large = new FasterRcnn(Tiny("resnet34"));

        var refusal = Assert.Throws<UserErrorException>(
            () => WeightLoading.Into(
                StateDict.InOrder(large),
                StateDict.InOrder(small).ToDictionary(entry => entry.Key, entry => entry.Value),
                "small.safetensors",
                NullLogger.Instance));

        Assert.Contains("another architecture", refusal.Message);
        Assert.Contains("backbone.body.layer1.2.conv1.weight", refusal.Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static DetectorOptions Tiny(string architecture) => new()
    {
        NumClasses = 3,
        Backbone = new ResNetOptions { Architecture = architecture, WidthMultiplier = 0.125, BatchNorm = BatchNormMode.Train },
        FpnChannels = 8,
        BoxHeadChannels = 8,
    };

    private static IEnumerable<(string Name, string Path)> Files(string list)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(GoldenFolder.CommittedFile($"checkpoints/{list}")));
        var files = document.RootElement.TryGetProperty("files", out var top)
            ? top
            : document.RootElement.GetProperty("expected").GetProperty("files");
        string[] names = files.ValueKind == JsonValueKind.Object
            ? [.. files.EnumerateObject().Select(entry => entry.Name)]
            : [
                .. files.EnumerateArray().Select(
                    entry => (entry.TryGetProperty("file", out var file) ? file : entry.GetProperty("name")).GetString()!)];
        return [
            .. names.Where(name => name.EndsWith(".safetensors", StringComparison.Ordinal))
                .Select(name => (name, GoldenFolder.CommittedFile($"checkpoints/{name}")))];
    }
}
