using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Tests.Checkpoints.Import;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints;

public sealed class ImportHintTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hint").FullName;

    [Theory]
    [InlineData("/data/net.pth", "--weights /data/net.pth --output net.safetensors")]
    [InlineData("my net.pth", "--weights 'my net.pth' --output 'my net.safetensors'")]
    [InlineData("it's.ckpt", "--weights 'it'\\''s.ckpt' --output 'it'\\''s.safetensors'")]
    [InlineData("net.safetensors", "--weights net.safetensors --output net-imported.safetensors")]
    public void C10_the_command_can_be_pasted_into_a_shell(string path, string command) =>
        Assert.Equal($"pipeline-train import {command}", ImportHint.Backbone.For(path));

    [Fact]
    public void C10_the_command_makes_what_was_asked_for()
    {
        using var scope = NewDisposeScope();
        PthWriter.Write(In("a.pth"), ForeignFile.Weights());
        using var backbone = new ResNet(ForeignFile.Tiny);

        Assert.EndsWith(" --as detector --labels A,B,…", Refusal(() => DetectorCheckpoint.Load(In("a.pth"))));
        Assert.EndsWith(" --output a.safetensors", Refusal(() => BackboneCheckpoint.LoadInto(backbone, In("a.pth"))));
        Assert.EndsWith(" --as contrastive", Refusal(() => SafetensorsFile.Read(In("a.pth"), ImportHint.Contrastive)));
    }

    [Fact]
    public void C10_foreign_safetensors_are_refused_with_the_command_that_takes_the_network_out()
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        weights["fc.weight"] = ones(2, 32);
        SafetensorsFile.Write(In("a.safetensors"), weights);
        using var backbone = new ResNet(ForeignFile.Tiny);

        var finetune = Refusal(() => BackboneCheckpoint.LoadInto(backbone, In("a.safetensors")));
        var probe = Refusal(() => BackboneCheckpoint.Load(In("a.safetensors")));
        var export = Refusal(() => DetectorCheckpoint.Load(In("a.safetensors")));

        var command = $"pipeline-train import --weights {In("a.safetensors")} --output a-imported.safetensors";
        Assert.Contains("unexpected: fc.weight; pipeline-train import takes the network out of it: " + command, finetune);
        Assert.EndsWith(command, probe);
        Assert.EndsWith(command + " --as detector --labels A,B,…", export);
        BackboneImport.Run(In("a.safetensors"), In("out.safetensors"));
        BackboneCheckpoint.LoadInto(backbone, In("out.safetensors"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Refusal(Action action) => Assert.Throws<UserErrorException>(action).Message;

    private string In(string name) => Path.Combine(folder, name);
}
