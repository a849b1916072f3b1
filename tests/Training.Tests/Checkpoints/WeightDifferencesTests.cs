using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Tests.Checkpoints.Import;
using Pipeline.Training.Tests.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints;

public sealed class WeightDifferencesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("differences").FullName;

    [Fact]
    public void Missing_misshapen_and_left_over_weights_are_counted_apart_with_first_names()
    {
        using var scope = NewDisposeScope();
        var needed = new Dictionary<string, Tensor> { ["a"] = zeros(2), ["b"] = zeros(2), ["c"] = zeros(2, 3) };
        string[] leftOver = ["d", "e", "f", "g"];
        var found = leftOver.ToDictionary(name => name, _ => zeros(1));
        found["c"] = zeros(3, 2);

        var message = Assert.Throws<UserErrorException>(
            () => WeightLoading.Into(needed, found, "x.safetensors", NullLogger.Instance)).Message;

        Assert.Contains("2 of 3 are missing: a, b;", message);
        Assert.Contains("1 of 3 have another shape: c ([3, 2], not [2, 3]);", message);
        Assert.Contains("4 of the file's 5 are unexpected: d, e, f, …", message);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_imported_with_a_warning_that_names_them()
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        weights["conv1.weight"][0, 0, 0, 0] = float.NaN;
        weights["bn1.bias"] = full(4, float.PositiveInfinity);
        weights["layer1.0.bn1.weight"] = full(4, 1e300, dtype: float64);
        PthWriter.Write(In("a.pth"), weights);

        var report = BackboneImport.Run(In("a.pth"), In("out.safetensors"));

        Assert.Equal(
            new Dictionary<string, long> { ["conv1.weight"] = 1, ["bn1.bias"] = 4, ["layer1.0.bn1.weight"] = 4 },
            report.NotFinite);
        using var backbone = new ResNet(ForeignFile.Tiny);
        var log = new LoggedLines(LogLevel.Warning);
        BackboneCheckpoint.LoadInto(backbone, In("out.safetensors"), log);
        Assert.Contains("conv1.weight (1 values)", Assert.Single(log.Events).Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);
}
