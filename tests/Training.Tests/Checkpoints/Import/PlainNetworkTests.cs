using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Contrastive;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints.Import;

/// <summary>What is imported computes what its author's network computed, or is refused.</summary>
public sealed class PlainNetworkTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plain").FullName;

    [Theory]
    [InlineData("int8")]
    [InlineData("uint8")]
    [InlineData("int64")]
    [InlineData("bool")]
    public void C8_weights_that_are_whole_numbers_are_refused_with_name_and_type(string type)
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        var element = SafetensorsType.All.First(known => known.Type is { } found && StorageType.Of(found).DtypeName == type).Type!.Value;
        weights["layer2.0.conv1.weight"] = weights["layer2.0.conv1.weight"].to(element);
        SafetensorsFile.Write(In("a.safetensors"), weights);
        PthWriter.Write(In("a.pth"), weights);
        using var backbone = new ResNet(ForeignFile.Tiny);

        string[] messages =
        [
            Refusal(() => BackboneImport.Run(In("a.safetensors"), In("out.safetensors"))),
            Refusal(() => BackboneImport.Run(In("a.pth"), In("out.safetensors"))),
            Refusal(() => ContrastiveImport.Run(In("a.pth"), In("out.safetensors"))),
            Refusal(() => BackboneCheckpoint.LoadInto(backbone, In("a.safetensors"))),
        ];

        Assert.All(messages, message => Assert.Contains($"layer2.0.conv1.weight is of type {type}: quantised weights", message));
        Assert.False(File.Exists(In("out.safetensors")));
    }

    [Theory]
    [InlineData("layer1.0.se.fc1.weight")]
    [InlineData("layer4.1.attn.weight")]
    [InlineData("conv1.bias")]
    [InlineData("layer2.0.conv2.bias")]
    [InlineData("bn1.activation.alpha")]
    [InlineData("layer1.0.downsample.0.weight")]
    [InlineData("layer1.0.conv3.scale")]
    public void C4_a_network_with_more_inside_it_than_a_plain_one_is_refused_with_the_names(string extra)
    {
        using var scope = NewDisposeScope();
        foreach (var prefix in new[] { "", "module.encoder_q." })
        {
            var weights = ForeignFile.Weights();
            weights[extra] = ones(4);
            PthWriter.Write(In("a.pth"), ForeignFile.Behind(prefix, weights));

            var message = Refusal(() => BackboneImport.Run(In("a.pth"), In("out.safetensors")));

            Assert.Contains($"a plain ResNet does not have, and without them computes something else: {prefix}{extra};", message);
            Assert.False(File.Exists(In("out.safetensors")));
        }
    }

    [Theory]
    [InlineData("layer1.0.conv1.total_ops")]
    [InlineData("layer1.0._extra_state")]
    [InlineData("layer5.0.conv1.weight")]
    [InlineData("head.layer1.0.weight")]
    public void Notes_inside_a_network_and_weights_outside_of_it_do_not_matter(string name)
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        weights[name] = ones(4);
        PthWriter.Write(In("a.pth"), weights);

        Assert.Equal(100, BackboneImport.Run(In("a.pth"), In("out.safetensors")).Mapped.Count);
    }

    [Fact]
    public void C4_a_negative_variance_is_imported_and_told()
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        weights["bn1.running_var"][1] = -1f;
        PthWriter.Write(In("a.pth"), weights);

        var report = BackboneImport.Run(In("a.pth"), In("out.safetensors"));

        Assert.Equal(KeyValuePair.Create("bn1.running_var", 1L), Assert.Single(report.NegativeVariance));
        Assert.Contains("less than zero: bn1.running_var (1 values)", VarianceCheck.Warning("a.pth", report.NegativeVariance));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Refusal(Action action) => Assert.Throws<UserErrorException>(action).Message;

    private string In(string name) => Path.Combine(folder, name);
}
