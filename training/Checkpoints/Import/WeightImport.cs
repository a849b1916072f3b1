using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>
/// Turns weights of PyContrast, MoCo, torchvision or our own, or of anyone whose names have the structure of torchvision's residual
/// networks, into canonical ones, and says what became of every name.
/// </summary>
/// <remarks>An output called <c>.pth</c> is written for <c>torch.load</c>, with torchvision's names.</remarks>
public static class WeightImport
{
    private const string ToTorch = ".pth";

    /// <summary>The residual network alone.</summary>
    /// <param name="source">A <c>.pth</c> or <c>.safetensors</c> file.</param>
    /// <param name="output">Where.</param>
    /// <param name="momentumEncoder">Take the momentum encoder in place of the network that learnt.</param>
    /// <exception cref="UserErrorException">The file cannot be read, or weights of the network are missing.</exception>
    public static ImportReport Backbone(string source, string output, bool momentumEncoder = false)
    {
        using var scope = NewDisposeScope();
        using var foreign = ForeignWeights.Read(source);
        var weights = new SortedWeights(source, foreign);
        var owner = momentumEncoder ? weights.MomentumOwner() : WeightOwner.Query;
        var shape = weights.Shape(owner);
        using var backbone = new ResNet(shape);
        var missing = weights.Fill(StateDict.InOrder(backbone), owner, WeightPart.Backbone);
        var report = weights.Report(shape, missing, owner);
        weights.Refuse(missing);
        if (IsTorch(output))
        {
            PthWriter.Write(output, StateDict.InOrder(backbone));
        }
        else
        {
            BackboneCheckpoint.Save(output, backbone, shape, LearntImages.In(source));
        }

        return report;
    }

    /// <summary>What a contrastive training goes on from: encoder and heads, and the momentum encoder's; a copy of the encoder's where the file has none.</summary>
    /// <param name="source">A <c>.pth</c> or <c>.safetensors</c> file.</param>
    /// <param name="output">Where.</param>
    /// <exception cref="UserErrorException">The file cannot be read, or weights of the encoder are missing.</exception>
    public static ImportReport Contrastive(string source, string output)
    {
        using var scope = NewDisposeScope();
        using var foreign = ForeignWeights.Read(source);
        var weights = new SortedWeights(source, foreign);
        var shape = weights.Shape(WeightOwner.Query);
        var hasKey = weights.Of(WeightOwner.Key, WeightPart.Backbone).Count > 0;
        using var query = new ResNet(shape);
        using var key = new ResNet(shape);   // both live until the file is written: a module that the collector takes frees its tensors
        var tensors = new List<KeyValuePair<string, Tensor>>();
        var missing = new List<string>();
        void Add(ResNet encoder, WeightOwner owner, string front)
        {
            var encoderFront = $"{front}encoder.";
            missing.AddRange(weights.Fill(StateDict.InOrder(encoder), owner, WeightPart.Backbone).Select(name => encoderFront + name));
            tensors.AddRange(StateDict.InOrder(encoder, encoderFront));
            tensors.AddRange(weights.Take(owner, WeightPart.Head, front));
        }

        Add(query, WeightOwner.Query, ContrastiveWeights.QueryFront);
        Add(key, hasKey ? WeightOwner.Key : WeightOwner.Query, ContrastiveWeights.KeyFront);
        var report = weights.Report(shape, missing);
        weights.Refuse(missing);
        var metadata = ContrastiveWeights.Metadata(shape);
        LearntImages.Add(metadata, LearntImages.In(source));
        SafetensorsFile.Write(output, tensors, metadata);
        return report;
    }

    /// <summary>A whole detector with torchvision's names and its defaults; one of our own keeps what it was built from.</summary>
    /// <param name="source">A <c>.pth</c> or <c>.safetensors</c> file.</param>
    /// <param name="output">Where.</param>
    /// <param name="labels">The classes without the background; our own files name theirs.</param>
    /// <param name="normEpsilon">Of the frozen norms: 1e-5, but 0 for torchvision's first COCO weights.</param>
    /// <exception cref="UserErrorException">The file cannot be read, weights are missing, or the classes do not fit.</exception>
    public static ImportReport Detector(string source, string output, IReadOnlyList<string>? labels, double normEpsilon = 1e-5)
    {
        using var scope = NewDisposeScope();
        using var foreign = ForeignWeights.Read(source);
        var weights = new SortedWeights(source, foreign);
        var read = DetectorCheckpoint.IsOne(source)
            ? DetectorCheckpoint.Load(source)
            : new LoadedDetector(Build(weights, source, labels, normEpsilon), labels!);
        var detector = (FasterRcnn)read.Detector;
        using var owned = detector;
        var state = StateDict.InOrder(detector).ToArray();
        const string BodyFront = "backbone.body.";
        string[] missing =
        [
            .. weights.Fill(state.Where(entry => entry.Key.StartsWith(BodyFront, StringComparison.Ordinal)).Select(entry => KeyValuePair.Create(entry.Key[BodyFront.Length..], entry.Value)), WeightOwner.Query, WeightPart.Backbone),
            .. weights.Fill(state.Where(entry => !entry.Key.StartsWith(BodyFront, StringComparison.Ordinal)), WeightOwner.Query, WeightPart.Detector),
        ];
        var report = weights.Report(detector.Options.Backbone, missing);
        weights.Refuse(missing);
        if (IsTorch(output))
        {
            PthWriter.Write(output, state);
        }
        else
        {
            DetectorCheckpoint.Save(output, detector, read.Labels, read.LabelMap, read.Origin);
        }

        return report;
    }

    private static FasterRcnn Build(SortedWeights weights, string source, IReadOnlyList<string>? labels, double normEpsilon)
    {
        var backbone = weights.Shape(WeightOwner.Query);
        var parts = weights.Of(WeightOwner.Query, WeightPart.Detector);
        long Rows(string name)
        {
            if (parts.TryGetValue(name, out var tensor) && tensor.dim() > 0)
            {
                return tensor.shape[0];
            }

            throw new UserErrorException(
                $"{source}: there is no Faster R-CNN in it: {name} is missing; {weights.Holdings}. "
                + "Without --as detector its residual network is taken.");
        }

        var classes = Rows("roi_heads.box_predictor.cls_score.weight");
        if (labels is null || labels.Count + 1 != classes)
        {
            throw new UserErrorException($"{source}: the detector has {classes - 1} classes and the background, --labels names {labels?.Count ?? 0}; name each class, in order.");
        }

        return new FasterRcnn(new DetectorOptions
        {
            NumClasses = (int)classes,
            Backbone = backbone with { BatchNorm = BatchNormMode.Frozen, NormEpsilon = normEpsilon },
            FpnChannels = (int)Rows("backbone.fpn.layer_blocks.0.0.weight"),
            BoxHeadChannels = (int)Rows("roi_heads.box_head.fc6.weight"),
        });
    }

    private static bool IsTorch(string output) => Path.GetExtension(output).Equals(ToTorch, StringComparison.OrdinalIgnoreCase);
}
