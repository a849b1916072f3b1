using System.Collections;
using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Configuration;

public sealed class LayeredConfigurationTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("configuration").FullName;

    [Fact]
    public void Each_layer_lies_over_the_one_before()
    {
        var file = Write("""
            // a comment
            { "epochs": 3, "batchSize": 5, "detector": { "FpnChannels": 40 }, }
            """);
        var environment =
            new Hashtable { ["PIPELINE__BATCHSIZE"] = "6", ["pipeline__detector__backbone__architecture"] = "resnet34", ["OTHER"] = "x" };

        var options = Base().File(file).Environment(environment).Option("--learning-rate", "learningRate", 0.5).Build();

        Assert.Equal((3, 6, 0.5), (options.Epochs, options.BatchSize, options.LearningRate));
        Assert.Equal((40, 256), (options.Detector.FpnChannels, options.Detector.BoxHeadChannels));
        Assert.Equal("resnet34", options.Detector.Backbone.Architecture);
        Assert.Equal([2, 2, 2, 3], options.Detector.Backbone.Blocks);
    }

    [Fact]
    public void Every_preset_is_complete()
    {
        foreach (var name in PresetFiles.Names(typeof(PretrainOptions).Assembly, "pretrain"))
        {
            Assert.True(
                new LayeredConfiguration<PretrainOptions>()
                    .Preset("pretrain", name)
                    .Option("", "images", "a")
                    .Option("", "output", "b")
                    .Build().Epochs > 1,
                name);
        }

        foreach (var name in PresetFiles.Names(typeof(FinetuneOptions).Assembly, "finetune"))
        {
            Assert.True(
                new LayeredConfiguration<FinetuneOptions>()
                    .Preset("finetune", name)
                    .Option("", "data", "a")
                    .Option("", "output", "b")
                    .Build().Epochs > 1,
                name);
        }

        var moco = new LayeredConfiguration<PretrainOptions>()
            .Preset("pretrain", "moco")
            .Option("", "images", "a")
            .Option("", "output", "b")
            .Build();
        Assert.Equal(
            (MomentumUpdate.BeforeKeys, false, 0.2),
            (moco.Contrastive.MomentumUpdate, moco.Contrastive.Jigsaw, moco.Contrastive.Temperature));
        var infomin = new LayeredConfiguration<PretrainOptions>()
            .Preset("pretrain", "infomin")
            .Option("", "images", "a")
            .Option("", "output", "b")
            .Build();
        var contrastive = infomin.Contrastive;
        Assert.Equal((MomentumUpdate.AfterStep, true), (contrastive.MomentumUpdate, contrastive.Jigsaw));
        Assert.Equal((0.15, 65536), (contrastive.Temperature, contrastive.QueueSize));
        Assert.Equal((0.003, 100, 32), (infomin.LearningRate, infomin.Epochs, infomin.BatchSize));
    }

    [Fact]
    public void A_preset_may_extend_another()
    {
        FinetuneOptions Of(string preset) =>
            new LayeredConfiguration<FinetuneOptions>()
                .Preset("finetune", preset)
                .Option("test", "data", "d")
                .Option("test", "output", "o")
                .Build();
        var paper = Of("paper");
        var text = Of("paper-text");

        Assert.Equal((0.0005, 12000), (text.WeightDecay, Assert.Single(text.Milestones)));
        var same = text with { WeightDecay = paper.WeightDecay, Milestones = paper.Milestones };
        Assert.Equal(JsonSerializer.Serialize(paper), JsonSerializer.Serialize(same));
    }

    [Fact]
    public void A_file_of_the_users_has_no_base() =>
        Assert.Contains(
            "base: there is no such setting",
            Assert.Throws<ConfigurationException>(() => Base().File(Write("""{ "base": "paper" }"""))).Message);

    [Fact]
    public void An_unknown_key_is_named_with_its_file_and_line()
    {
        var file = Write("{\n  \"epochs\": 3,\n  \"detector\": {\n    \"fpnChanels\": 4\n  }\n}");
        var message = Assert.Throws<ConfigurationException>(() => Base().File(file)).Message;
        Assert.StartsWith($"{file}:4: detector.fpnChanels: there is no such setting", message);
        Assert.Contains("fpnChannels", message);
    }

    [Theory]
    [InlineData("{ \"epochs\": \"many\" }", "epochs: the value has the wrong type")]
    [InlineData("{ \"epochs\": 0 }", "epochs: 0 is refused")]
    [InlineData("{ \"epochs\": 1", ":1: not JSON")]
    [InlineData("[]", "an object in braces")]
    [InlineData("{ \"detector\": { \"backbone\": { \"batchNorm\": \"thawed\" } } }", "detector.backbone.batchNorm")]
    public void A_wrong_value_is_refused(string json, string expected) =>
        Assert.Contains(expected, Assert.ThrowsAny<UserErrorException>(() => Base().File(Write(json)).Build()).Message);

    [Fact]
    public void An_unknown_environment_variable_of_ours_is_refused() =>
        Assert.Contains(
            "PIPELINE__EPOCS",
            Assert.Throws<ConfigurationException>(() => Base().Environment(new Hashtable { ["PIPELINE__EPOCS"] = "3" })).Message);

    [Fact]
    public void What_must_be_given_is_named() =>
        Assert.Contains(
            "'data', 'output' must be given",
            Assert.Throws<UserErrorException>(
                () => new LayeredConfiguration<FinetuneOptions>().Preset("finetune", "small").Build()).Message);

    [Fact]
    public void Every_preset_can_be_built()
    {
        Assert.All(PresetFiles.Names(typeof(FinetuneOptions).Assembly, "finetune"), name => Assert.NotNull(
            new LayeredConfiguration<FinetuneOptions>()
                .Preset("finetune", name)
                .Option("test", "data", "d")
                .Option("test", "output", "o")
                .Build()));
        Assert.All(PresetFiles.Names(typeof(PretrainOptions).Assembly, "pretrain"), name => Assert.NotNull(
            new LayeredConfiguration<PretrainOptions>()
                .Preset("pretrain", name)
                .Option("test", "images", "d")
                .Option("test", "output", "o")
                .Build()));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static LayeredConfiguration<FinetuneOptions> Base() =>
        new LayeredConfiguration<FinetuneOptions>().Preset("finetune", "small").Option("test", "data", "d").Option("test", "output", "o");

    private string Write(string text)
    {
        var path = Path.Combine(folder, "config.json");
        File.WriteAllText(path, text);
        return path;
    }
}
