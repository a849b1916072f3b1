using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Data;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Tests.Detection.Training;

/// <summary>From a retraining run over its backbone to a detector, and from that to another.</summary>
public sealed class SeenImagesTests : IDisposable
{
    private static readonly ResNetOptions Backbone =
        new() { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train };
    private static readonly StreetSceneOptions Size = new() { WidthPixels = 96, HeightPixels = 64 };
    private readonly string folder = Directory.CreateTempSubdirectory("seen").FullName;

    public SeenImagesTests()
    {
        var cancellation = TestContext.Current.CancellationToken;
        StreetSceneWriter.WriteKitti(In("kitti"), Size, 1000, 8, cancellation: cancellation);
        StreetSceneWriter.WriteImages(In("photos"), Size, 0, 4, cancellation: cancellation);
        StreetSceneWriter.WriteImages(In("others"), Size, 100, 4, cancellation: cancellation);
        ImageList.Write(In("test.txt"), ["000006", "000007"]);
    }

    [Fact]
    public void A_backbone_carries_its_images_and_those_of_the_weights_that_it_began_from()
    {
        Pretrain("first", "photos");
        var resumed = Pretrain("first", "photos", resume: true);
        Pretrain("second", "others", weights: resumed);
        Pretrain("third", "others", weights: In("first/resume.safetensors"));

        Assert.Equal(4, File.ReadLines(In("first/images.digests")).Count());
        var seen = Digests("photos").With(Digests("others"));
        Assert.Equal(seen.ToText(), LearnedImages.In(In("second/backbone.safetensors")).ToText());
        Assert.Equal(seen.ToText(), LearnedImages.In(In("third/backbone.safetensors")).ToText());
        Assert.Equal(seen.ToText(), ImageDigests.Read(In("second/images.digests")).ToText());
    }

    [Fact]
    public void A_test_image_that_the_backbone_has_learned_from_is_refused_unless_allowed_and_then_stands_in_every_report()
    {
        File.Copy(Image("000007"), In("photos/a-copy-of-another-name.png"));
        var weights = Pretrain("backbone", "photos");
        var options = Finetune("run") with { BackboneWeights = weights };

        var refusal = Assert.Throws<UserErrorException>(() => Run(options)).Message;
        Assert.StartsWith("1 of the 2 test images (000007) are among those that the initial weights have learned from.", refusal);
        Assert.False(Directory.Exists(In("run")));

        Run(options with { AllowLeak = true });
        const string Leak = "\"leak\":{\"validationImages\":0,\"testImages\":1}";
        Assert.Contains(Leak, File.ReadAllText(In("run/data.json")), StringComparison.Ordinal);
        Assert.Contains(Leak, File.ReadAllText(In("run/report.json")), StringComparison.Ordinal);
        var log = File.ReadLines(In("run/log.txt"));
        Assert.Equal(2, log.Count(line => line.Contains("1 test and 0 validation images", StringComparison.Ordinal)));
        var loaded = DetectorCheckpoint.Load(In("run/last.safetensors"));
        loaded.Detector.Dispose();
        Assert.Equal(new ImageLeak(ValidationImages: 0, TestImages: 1), loaded.Origin.Leak);
    }

    [Fact]
    public void A_detector_knows_the_frames_that_it_has_learned_from_and_those_of_its_backbone()
    {
        var weights = Pretrain("backbone", "photos");
        Run(Finetune("first") with { BackboneWeights = weights });
        var known = LearnedImages.In(In("first/last.safetensors"));
        ImageList.Write(In("other-test.txt"), ["000000", "000007"]);

        Run(Finetune("second") with { Weights = In("first/last.safetensors") });
        var refusal = Assert.Throws<UserErrorException>(() => Run(Finetune("third") with
        {
            Weights = In("first/last.safetensors"),
            TestList = In("other-test.txt"),
        })).Message;

        Assert.Equal(4 + 6, known.Count);
        Assert.StartsWith("1 of the 2 test images (000000)", refusal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Run(FinetuneOptions options) =>
        DetectorTraining.Run(options, new RunControl { Cancellation = TestContext.Current.CancellationToken });

    private string Image(string frame) => Dataset.Open(In("kitti")).Image(frame).Path;

    private ImageDigests Digests(string images) =>
        ImageDigesting.SetOf(Directory.GetFiles(In(images)), cancellation: TestContext.Current.CancellationToken);

    private string In(string name) => Path.Combine(folder, name);

    private string Pretrain(string output, string images, string? weights = null, bool resume = false)
    {
        var options = new PretrainOptions
        {
            Images = In(images),
            Output = In(output),
            Weights = weights,
            Backbone = Backbone,
            Contrastive = new ContrastiveOptions { QueueSize = 4, Dimension = 8 },
            Views = new ViewOptions { SizePixels = 32 },
            Epochs = 1,
            BatchSize = 4,
        };
        var control = new RunControl { Resume = resume, Cancellation = TestContext.Current.CancellationToken };
        return ContrastiveTraining.Run(options, control).BackbonePath;
    }

    private FinetuneOptions Finetune(string output) => new()
    {
        Data = In("kitti"),
        Output = In(output),
        TestList = In("test.txt"),
        Labels = ["Car", "Truck", "Pedestrian", "Cyclist"],
        Epochs = 1,
        BatchSize = 4,
        Detector = new DetectorOptions
        {
            Backbone = Backbone,
            FpnChannels = 8,
            BoxHeadChannels = 16,
            MinSizePixels = 48,
            MaxSizePixels = 96,
            RpnPreNmsTopNTrain = 50,
            RpnPostNmsTopNTrain = 20,
            RpnPreNmsTopNTest = 50,
            RpnPostNmsTopNTest = 20,
        },
    };
}
