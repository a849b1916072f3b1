using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Engine;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints.Import;

public sealed class WeightImportTests : IDisposable
{
    private static readonly ResNetOptions Tiny = new()
    {
        Architecture = "resnet50",
        WidthMultiplier = 0.0625,
        BatchNorm = BatchNormMode.Train,
    };
    private readonly string folder = Directory.CreateTempSubdirectory("import").FullName;

    [Theory]
    [InlineData("module.encoder.layer1.0.conv1.weight", "Query", "Backbone", "layer1.0.conv1.weight")]
    [InlineData("encoder.bn1.running_var", "Query", "Backbone", "bn1.running_var")]
    [InlineData("module.module.conv1.weight", "Query", "Backbone", "conv1.weight")]
    [InlineData("module.encoder_q.layer4.2.bn3.bias", "Query", "Backbone", "layer4.2.bn3.bias")]
    [InlineData("module.encoder_k.layer3.0.downsample.1.running_mean", "Key", "Backbone", "layer3.0.downsample.1.running_mean")]
    [InlineData("backbone.body.layer2.0.downsample.0.weight", "Query", "Backbone", "layer2.0.downsample.0.weight")]
    [InlineData("module.encoder_q.fc.0.weight", "Query", "Head", "head.0.weight")]
    [InlineData("module.encoder_q.fc.weight", "Query", "Classifier", "head.weight")]
    [InlineData("module.head_jig.fc1.2.bias", "Query", "Head", "head_jig.fc1.2.bias")]
    [InlineData("key.head_jig.fc2.weight", "Key", "Head", "head_jig.fc2.weight")]
    [InlineData("backbone.fpn.inner_blocks.3.bias", "Query", "Detector", "backbone.fpn.inner_blocks.3.0.bias")]
    [InlineData("backbone.fpn.layer_blocks.0.0.weight", "Query", "Detector", "backbone.fpn.layer_blocks.0.0.weight")]
    [InlineData("rpn.head.conv.weight", "Query", "Detector", "rpn.head.conv.0.0.weight")]
    [InlineData("rpn.head.conv.0.0.weight", "Query", "Detector", "rpn.head.conv.0.0.weight")]
    [InlineData("fc.weight", "Query", "Classifier", "fc.weight")]
    [InlineData("module.queue_ptr", "Query", "Queue", "queue_ptr")]
    [InlineData("module.encoder.bn1.num_batches_tracked", "Query", "Counter", "encoder.bn1.num_batches_tracked")]
    [InlineData("layer5.0.conv1.weight", "Query", "Unexpected", "layer5.0.conv1.weight")]
    [InlineData("layer1.0.conv1.weight.evil", "Query", "Unexpected", "layer1.0.conv1.weight.evil")]
    public void Names_of_every_project_are_understood(string name, string owner, string part, string canonical) =>
        Assert.Equal(
            (owner, part, canonical),
            (WeightName.Parse(name).Owner.ToString(), WeightName.Parse(name).Part.ToString(), WeightName.Parse(name).Canonical));

    [Fact]
    public void A_backbone_goes_to_pth_and_comes_back_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        using var backbone = new ResNet(Tiny);
        BackboneCheckpoint.Save(In("a.safetensors"), backbone, Tiny);

        BackboneImport.Run(In("a.safetensors"), In("b.pth"));
        var report = BackboneImport.Run(In("b.pth"), In("c.safetensors"));

        Assert.Equal(("resnet50", 0.0625), (report.Backbone.Architecture, report.Backbone.WidthMultiplier));
        Assert.Equal(265, report.Mapped.Count);
        Assert.Equal("Counter", Assert.Single(report.Ignored).Key);
        Assert.True(report.Missing.Count + report.Unexpected.Count == 0);
        var target = new ResNet(Tiny);
        BackboneCheckpoint.LoadInto(target, In("c.safetensors"));
        AssertEqual(backbone, target);
    }

    [Fact]
    public void An_own_detector_goes_to_pth_and_comes_back_and_torchvision_old_names_are_taken()
    {
        using var scope = NewDisposeScope();
        var options = new DetectorOptions
        {
            NumClasses = 3,
            Backbone = Tiny with { BatchNorm = BatchNormMode.Frozen },
            FpnChannels = 8,
            BoxHeadChannels = 16,
        };
        using var detector = new FasterRcnn(options);
        var old = StateDict.InOrder(detector).Select(entry => KeyValuePair.Create(
            entry.Key.Replace("rpn.head.conv.0.0.", "rpn.head.conv.")
                .Replace("blocks.0.0.", "blocks.0.")
                .Replace("blocks.1.0.", "blocks.1.")
                .Replace("blocks.2.0.", "blocks.2.")
                .Replace("blocks.3.0.", "blocks.3."), entry.Value));
        PthWriter.Write(In("old.pth"), old);

        var report = DetectorImport.Run(In("old.pth"), In("detector.safetensors"), ["Car", "Van"]);

        Assert.True(report.Unexpected.Count + report.Ignored.Count == 0);
        var (loaded, labels) = DetectorCheckpoint.Load(In("detector.safetensors"));
        Assert.Equal(["Car", "Van"], labels);
        AssertEqual(detector, loaded);
        DetectorImport.Run(In("detector.safetensors"), In("again.pth"), null);
        using var again = PthFile.Read(In("again.pth"));
        Assert.Equal(StateDict.InOrder(detector).Select(entry => entry.Key), ((PickleDictionary)again.Root!).Items.Keys);
        Assert.Contains(
            "2 classes", Assert.Throws<UserErrorException>(() => DetectorImport.Run(In("old.pth"), In("x.safetensors"), ["Car"])).Message);
    }

    [Fact]
    public void What_is_missing_or_unknown_is_said_and_nothing_is_written()
    {
        using var scope = NewDisposeScope();
        using var backbone = new ResNet(Tiny);
        var weights = StateDict.InOrder(backbone).ToDictionary(entry => entry.Key, entry => entry.Value);
        weights["surprise"] = zeros(1);
        PthWriter.Write(In("more.pth"), weights);
        Assert.Equal(["surprise"], BackboneImport.Run(In("more.pth"), In("more.safetensors")).Unexpected);

        weights.Remove("layer2.1.bn2.bias");
        PthWriter.Write(In("less.pth"), weights);
        Assert.Contains(
            "layer2.1.bn2.bias",
            Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("less.pth"), In("less.safetensors"))).Message);
        Assert.False(File.Exists(In("less.safetensors")));

        PthWriter.Write(In("none.pth"), [KeyValuePair.Create("x", zeros(1))]);
        Assert.Contains(
            "no residual network",
            Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("none.pth"), In("none.safetensors"))).Message);
        weights["module.conv1.weight"] = weights["conv1.weight"];
        PthWriter.Write(In("twice.pth"), weights);
        Assert.Contains(
            "the same weight",
            Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("twice.pth"), In("twice.safetensors"))).Message);
        Assert.Contains(
            "import --weights", Assert.Throws<UserErrorException>(() => BackboneCheckpoint.LoadInto(backbone, In("more.pth"))).Message);
    }

    [Theory]
    [InlineData("pycontrast", true)]
    [InlineData("pycontrast", false)]
    [InlineData("moco", true)]
    [InlineData("moco", false)]
    public void Contrastive_checkpoints_that_pytorch_saved_keep_heads_and_momentum_encoder(string project, bool zip)
    {
        using var scope = NewDisposeScope();
        using var query = ContrastiveModel.OfResNet(new ResNet(Tiny), 8, jigsaw: true);
        using var key = ContrastiveModel.OfResNet(new ResNet(Tiny), 8, jigsaw: true);
        PthWriter.Write(In("query.pth"), StateDict.InOrder(query));
        PthWriter.Write(In("key.pth"), StateDict.InOrder(key));
        DebianPython.RunTorch("""
            import sys, torch
            q, k, out, project, zipped = torch.load(sys.argv[1]), torch.load(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5] == "True"
            if project == "pycontrast":
                saved = {"opt": None, "model": {"module." + n: t for n, t in q.items()}, "model_ema": k, "epoch": 200}
                saved["contrast"] = {"memory": torch.zeros(4, 8)}
            else:
                name = lambda n, e: "module." + e + "." + (n[8:] if n.startswith("encoder.") else "fc." + n[5:])
                query = {name(n, "encoder_q"): t for n, t in q.items() if not n.startswith("head_jig")}
                key = {name(n, "encoder_k"): t for n, t in k.items() if not n.startswith("head_jig")}
                queue = {"module.queue": torch.zeros(8, 4), "module.queue_ptr": torch.zeros(1).long()}
                saved = {"epoch": 200, "arch": "resnet50", "state_dict": {**query, **key, **queue}}
            torch.save(saved, out, _use_new_zipfile_serialization=zipped)
            """, In("query.pth"), In("key.pth"), In("foreign.pth"), project, zip.ToString());

        var report = ContrastiveImport.Run(In("foreign.pth"), In("c.safetensors"));

        Assert.Empty(report.Unexpected);
        using var content = SafetensorsFile.Read(In("c.safetensors"));
        foreach (var (prefix, expected) in new[] { (ContrastiveWeights.QueryPrefix, query), (ContrastiveWeights.KeyPrefix, key) })
        {
            using var loaded = ContrastiveModel.OfResNet(new ResNet(Tiny), 8, jigsaw: project == "pycontrast");
            ContrastiveWeights.LoadInto(
                loaded, new RunState(content.Tensors, content.Metadata, "c").Below(prefix), "c", NullLogger.Instance);
            var weights = StateDict.InOrder(expected).ToDictionary(entry => entry.Key, entry => entry.Value);
            Assert.All(
                StateDict.InOrder(loaded).Where(entry => !entry.Key.EndsWith("tracked", StringComparison.Ordinal)),
                entry => Assert.True(entry.Value.eq(weights[entry.Key]).all().item<bool>(), entry.Key));
        }

        BackboneImport.Run(In("foreign.pth"), In("ema.safetensors"), momentumEncoder: true);
        using var ema = SafetensorsFile.Read(In("ema.safetensors"));
        Assert.True(
            ema.Tensors["conv1.weight"]
                .eq(StateDict.InOrder(key).First(entry => entry.Key == "encoder.conv1.weight").Value)
                .all()
                .item<bool>());
    }

    [Fact]
    public void Torchvision_loads_our_resnet50_and_our_detector_and_computes_the_same_features()
    {
        using var scope = NewDisposeScope();
        var options = new ResNetOptions { BatchNorm = BatchNormMode.Train };
        using var backbone = new ResNet(options);
        BackboneCheckpoint.Save(In("a.safetensors"), backbone, options);
        BackboneImport.Run(In("a.safetensors"), In("resnet50.pth"));
        using var detector = new FasterRcnn(new DetectorOptions { NumClasses = 8 });
        DetectorCheckpoint.Save(In("d.safetensors"), detector, ["a", "b", "c", "d", "e", "f", "g"]);
        DetectorImport.Run(In("d.safetensors"), In("detector.pth"), null);
        backbone.eval();
        using var images = ones(1, 3, 64, 64);
        var expected = backbone.call(images)[^1].sum().item<float>();

        var printed = DebianPython.RunTorch("""
            import sys, torch, torchvision
            model = torchvision.models.resnet50()
            wrong = model.load_state_dict(torch.load(sys.argv[1]), strict=False)
            assert not wrong.unexpected_keys and set(wrong.missing_keys) == {"fc.weight", "fc.bias"}, wrong
            detector = torchvision.models.detection.fasterrcnn_resnet50_fpn(num_classes=8, weights_backbone=None)
            detector.load_state_dict(torch.load(sys.argv[2]))
            model.eval()
            body = torch.nn.Sequential(*list(model.children())[:-2])
            print(float(body(torch.ones(1, 3, 64, 64)).sum()))
            """, In("resnet50.pth"), In("detector.pth"));

        Assert.Equal(expected, double.Parse(printed, System.Globalization.CultureInfo.InvariantCulture), Math.Abs(expected) * 1e-4);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void AssertEqual(nn.Module expected, nn.Module actual) => Assert.All(
        StateDict.InOrder(expected).Zip(StateDict.InOrder(actual)),
        pair => Assert.True(
            pair.First.Key == pair.Second.Key && pair.First.Value.eq(pair.Second.Value).all().item<bool>(), pair.First.Key));

    private string In(string name) => Path.Combine(folder, name);
}
