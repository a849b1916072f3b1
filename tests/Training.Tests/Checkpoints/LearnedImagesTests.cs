using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Data;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints;

public sealed class LearnedImagesTests : IDisposable
{
    private static readonly ImageDigests Three = new([UInt128.MaxValue, 1, 2]);
    private static readonly ResNetOptions Shape =
        new() { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train };
    private readonly string folder = Directory.CreateTempSubdirectory("learnt").FullName;

    [Fact]
    public void A_backbone_carries_them_in_its_header_and_loads_as_before()
    {
        using var scope = NewDisposeScope();
        using var backbone = new ResNet(Shape);
        BackboneCheckpoint.Save(In("a.safetensors"), backbone, Shape, Three);
        BackboneCheckpoint.Save(In("b.safetensors"), backbone, Shape);

        Equal(Three, LearnedImages.In(In("a.safetensors")));
        Assert.Equal(0, LearnedImages.In(In("b.safetensors")).Count);
        BackboneCheckpoint.LoadInto(backbone, In("a.safetensors"));
        using var content = SafetensorsFile.Read(In("a.safetensors"));
        Assert.Equal(StateDict.InOrder(backbone).Select(entry => entry.Key), content.Tensors.Keys);
    }

    [Fact]
    public void Import_hands_on_those_of_our_own_files()
    {
        using var scope = NewDisposeScope();
        using var backbone = new ResNet(Shape);
        BackboneCheckpoint.Save(In("a.safetensors"), backbone, Shape, Three);

        BackboneImport.Run(In("a.safetensors"), In("b.safetensors"));
        ContrastiveImport.Run(In("a.safetensors"), In("c.safetensors"));
        BackboneImport.Run(In("a.safetensors"), In("d.pth"));

        Equal(Three, LearnedImages.In(In("b.safetensors")));
        Equal(Three, LearnedImages.In(In("c.safetensors")));
        Assert.Equal(0, LearnedImages.In(In("d.pth")).Count);
    }

    [Fact]
    public void A_detector_carries_them_and_the_leak_that_was_allowed_and_its_manifest_says_the_leak()
    {
        using var scope = NewDisposeScope();
        using var detector = new FasterRcnn(new DetectorOptions { NumClasses = 2, Backbone = Shape, FpnChannels = 8, BoxHeadChannels = 8 });
        var origin = new WeightOrigin { Learned = Three, Leak = new ImageLeak(1, 4) };
        DetectorCheckpoint.Save(In("a.safetensors"), detector, ["Car"], origin: origin);

        var loaded = DetectorCheckpoint.Load(In("a.safetensors"));
        Equal(Three, loaded.Origin.Learned);
        Assert.Equal(new ImageLeak(1, 4), loaded.Origin.Leak);

        var version = DetectorExporter.Export(loaded.Detector, new ExportOptions
        {
            RepositoryRoot = In("models"),
            Name = "street",
            Labels = loaded.Labels,
            Leak = loaded.Origin.Leak,
        });
        Assert.Equal(new ImageLeak(1, 4), ModelDirectory.Open(version).Manifest.Leak);
    }

    [Fact]
    public void A_text_that_was_not_written_here_is_refused_with_its_file()
    {
        using var tensors = ones(1);
        var metadata = new Dictionary<string, string> { ["learntImages"] = "AAAA" };
        SafetensorsFile.Write(In("a.safetensors"), [new("a", tensors)], metadata);

        var refusal = Assert.Throws<UserErrorException>(() => LearnedImages.In(In("a.safetensors"))).Message;
        Assert.Contains("a.safetensors: its metadata 'learntImages' cannot be read", refusal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Equal(ImageDigests expected, ImageDigests found) => Assert.Equal(expected.ToText(), found.ToText());

    private string In(string name) => Path.Combine(folder, name);
}
