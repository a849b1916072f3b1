using Pipeline.Golden;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints.Import;

public sealed class NetworkNamesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("names").FullName;

    [Theory]
    [InlineData("lightly-sequential.ckpt", "state_dict.backbone.")]
    [InlineData("mmselfsup-backbone.pth", "state_dict.backbone.")]
    [InlineData("moco-v3-names.pth.tar", "state_dict.module.base_encoder.")]
    public void C4_other_authors_names_are_found_by_their_structure(string file, string network)
    {
        var report = BackboneImport.Run(FieldCases.Path($"checkpoints/{file}"), In("out.safetensors"));

        Assert.Equal(100, report.Mapped.Count);
        Assert.Equal(network, report.Network);
        Assert.Empty(report.Unexpected);
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.module.")]
    [InlineData("teacher.")]
    [InlineData("resnet.")]
    [InlineData("model.visual.trunk.")]
    [InlineData("anything at all.")]
    public void Any_prefix_is_found_and_the_classifier_behind_it_is_not_needed(string prefix)
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        weights["fc.weight"] = ones(2, 32);
        PthWriter.Write(In("a.pth"), ForeignFile.Behind(prefix, weights));

        var report = BackboneImport.Run(In("a.pth"), In("out.safetensors"));

        Assert.Equal(prefix, report.Network);
        Assert.Equal([prefix + "fc.weight"], report.Ignored["Classifier"]);
        AssertWritten(weights);
    }

    [Theory]
    [InlineData("", "0", "1", 4)]
    [InlineData("backbone.", "0", "1", 4)]
    [InlineData("model.features.", "0", "1", 3)]
    [InlineData("", "0.0", "0.1", 1)]
    public void A_numbered_sequential_is_understood_by_shapes(string prefix, string convolution, string norm, int firstLayer)
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        string Numbered(string name)
        {
            var module = name[..name.IndexOf('.')];
            var rest = name[name.IndexOf('.')..];
            var number = module switch
            {
                "conv1" => convolution,
                "bn1" => norm,
                _ => $"{module[^1] - '1' + firstLayer}",
            };
            return prefix + number + rest;
        }

        PthWriter.Write(In("a.pth"), weights.ToDictionary(entry => Numbered(entry.Key), entry => entry.Value));
        BackboneImport.Run(In("a.pth"), In("out.safetensors"));

        AssertWritten(weights);
    }

    [Theory]
    [InlineData("module.base_encoder.", "module.momentum_encoder.")]
    [InlineData("module.encoder_q.", "module.encoder_k.")]
    [InlineData("online_network.encoder.", "target_network.encoder.")]
    [InlineData("backbone.", "backbone_momentum.")]
    [InlineData("student.backbone.", "teacher.backbone.")]
    public void The_network_that_learned_is_taken_and_with_ema_the_one_that_followed(string learned, string followed)
    {
        using var scope = NewDisposeScope();
        var first = ForeignFile.Weights();
        var second = ForeignFile.Weights();
        PthWriter.Write(In("a.pth"), ForeignFile.Behind(followed, second).Concat(ForeignFile.Behind(learned, first)));

        Assert.Equal(learned, BackboneImport.Run(In("a.pth"), In("out.safetensors")).Network);
        AssertWritten(first);
        Assert.Equal(followed, BackboneImport.Run(In("a.pth"), In("out.safetensors"), momentumEncoder: true).Network);
        AssertWritten(second);
    }

    [Theory]
    [InlineData("student", "teacher")]
    [InlineData("model", "model_ema")]
    [InlineData("state_dict", "state_dict_ema")]
    [InlineData("state_dict", "best_state")]
    public void Of_two_dictionaries_the_known_one_of_the_network_that_learned_is_taken(string learned, string other)
    {
        using var scope = NewDisposeScope();
        var first = ForeignFile.Weights();
        var second = ForeignFile.Weights();
        ForeignFile.WriteDictionaries(In("a.pth"), (other, second), (learned, first));

        Assert.Equal(learned + ".", BackboneImport.Run(In("a.pth"), In("out.safetensors")).Network);
        AssertWritten(first);
    }

    [Fact]
    public void A_momentum_encoder_alone_is_taken_and_one_that_is_not_there_is_refused()
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        PthWriter.Write(In("a.pth"), ForeignFile.Behind("teacher.", weights));
        BackboneImport.Run(In("a.pth"), In("out.safetensors"));
        BackboneImport.Run(In("a.pth"), In("out.safetensors"), momentumEncoder: true);
        AssertWritten(weights);

        PthWriter.Write(In("b.pth"), weights);
        var refusal = Assert.Throws<UserErrorException>(
            () => BackboneImport.Run(In("b.pth"), In("b.safetensors"), momentumEncoder: true));
        Assert.Contains("no momentum encoder", refusal.Message);
    }

    [Fact]
    public void Two_networks_that_nothing_tells_apart_are_refused_with_their_names_but_one_under_two_names_is_taken()
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        PthWriter.Write(In("a.pth"), ForeignFile.Behind("image.", weights).Concat(ForeignFile.Behind("depth.", ForeignFile.Weights())));
        var message = Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("a.pth"), In("out.safetensors"))).Message;
        Assert.Contains("image.", message);
        Assert.Contains("depth.", message);

        PthWriter.Write(In("b.pth"), ForeignFile.Behind("model.backbone.", weights).Concat(ForeignFile.Behind("backbone.", weights)));
        Assert.Equal("backbone.", BackboneImport.Run(In("b.pth"), In("out.safetensors")).Network);
    }

    [Fact]
    public void A_file_without_a_residual_network_is_refused_with_the_names_and_shapes_that_it_holds()
    {
        using var scope = NewDisposeScope();
        var weights = Enumerable.Range(0, 20).Select(index => KeyValuePair.Create($"blocks.{index}.attn.qkv.weight", zeros(6, 2)));
        PthWriter.Write(In("a.pth"), weights);

        var message = Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("a.pth"), In("out.safetensors"))).Message;

        Assert.Contains("20 weights: blocks.0.attn.qkv.weight [6, 2], ", message);
        Assert.Contains("and 12 more", message);
    }

    [Fact]
    public void Parts_of_networks_in_two_dictionaries_are_refused_with_what_is_there()
    {
        using var scope = NewDisposeScope();
        var part = new Dictionary<string, Tensor> { ["encoder.conv1.weight"] = ones(4, 3, 7, 7), ["rpn.head.conv.weight"] = ones(1) };
        ForeignFile.WriteDictionaries(In("a.pth"), ("model", part), ("model_ema", part));

        var backbone = Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("a.pth"), In("out.safetensors"))).Message;
        var detector = Assert.Throws<UserErrorException>(() => DetectorImport.Run(In("a.pth"), In("out.safetensors"), ["Car"])).Message;

        Assert.Contains("model_ema.encoder.conv1.weight [4, 3, 7, 7]", backbone);
        Assert.Contains("no residual network", detector);
    }

    [Theory]
    [InlineData("layer1.0.", "layer1.0._checkpoint_wrapped_module.")]
    [InlineData("layer2.", "layer2._fsdp_wrapped_module._checkpoint_wrapped_module.")]
    [InlineData("layer3.1.", "layer3.1._orig_mod.")]
    [InlineData("conv1.", "conv1._fpw_module.")]
    public void C4_wrappers_of_single_modules_are_dropped_from_the_names(string plain, string wrapped)
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        string Wrapped(string name) => name.StartsWith(plain, StringComparison.Ordinal) ? wrapped + name[plain.Length..] : name;
        var named = weights.ToDictionary(entry => "_fsdp_wrapped_module." + Wrapped(entry.Key), entry => entry.Value);
        PthWriter.Write(In("a.pth"), named);
        SafetensorsFile.Write(In("a.safetensors"), named);

        foreach (var file in new[] { "a.pth", "a.safetensors" })
        {
            var report = BackboneImport.Run(In(file), In("out.safetensors"));
            Assert.Equal(100, report.Mapped.Count);
            Assert.Empty(report.Beside);
            AssertWritten(weights);
        }
    }

    [Theory]
    [InlineData("\u0080\u0002(", "K\u0003t.", "at [0]; save one of them alone: torch.save(torch.load(…)[0], …)")]
    [InlineData("\u0080\u0002](", "K\u0003e.", "at [0]; ")]
    [InlineData("\u0080\u0002}X\u0006\0\0\0models](", "}es.", "at ['models'][0]; ")]
    public void C4_dictionaries_in_lists_are_told_with_their_places(string before, string after, string place)
    {
        using var scope = NewDisposeScope();
        ForeignFile.WriteWithin(In("a.pth"), ForeignFile.Weights(), before, after);

        var refusal = Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("a.pth"), In("out.safetensors")));

        Assert.Contains("its dictionaries of tensors are in a list or tuple, " + place, refusal.Message);
    }

    [Fact]
    public void C4_weights_that_are_numpy_arrays_are_told()
    {
        using var scope = NewDisposeScope();
        ForeignFile.WriteAmong(
            In("a.pth"), new Dictionary<string, Tensor>(), "conv1.weight", "cnumpy.core.multiarray\n_reconstruct\n)R");

        var refusal = Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("a.pth"), In("out.safetensors")));

        Assert.Contains("it holds 1 NumPy arrays and no tensors: conv1.weight; make tensors of them", refusal.Message);
    }

    [Theory]
    [InlineData("a\nb.conv1", "a\\nb.conv1")]
    [InlineData("\r\t\u001b[2J\u2028\u202e", "\\r\\t\\u001b[2J\\u2028\\u202e")]
    [InlineData("бэк conv1.weight", "бэк conv1.weight")]
    public void C6_a_name_stays_on_its_line(string name, string shown) => Assert.Equal(shown, NameText.Escaped(name));

    [Fact]
    public void A_detector_behind_a_front_is_found_whole()
    {
        using var scope = NewDisposeScope();
        var options = new DetectorOptions { NumClasses = 3, Backbone = ForeignFile.Tiny, FpnChannels = 8, BoxHeadChannels = 16 };
        using var detector = new FasterRcnn(options);
        PthWriter.Write(In("a.pth"), StateDict.InOrder(detector, "student.net."));

        var report = DetectorImport.Run(In("a.pth"), In("out.safetensors"), ["Car", "Van"]);

        Assert.Empty(report.Unexpected);
        Assert.Empty(report.Missing);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void AssertWritten(Dictionary<string, Tensor> weights)
    {
        using var content = SafetensorsFile.Read(In("out.safetensors"));
        Assert.All(
            content.Tensors.Where(entry => !entry.Key.EndsWith("tracked", StringComparison.Ordinal)),
            entry => Assert.True(entry.Value.Equals(weights[entry.Key]), entry.Key));
    }

    private string In(string name) => Path.Combine(folder, name);
}
