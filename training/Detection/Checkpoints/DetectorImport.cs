using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Checkpoints;

/// <summary>
/// Turns foreign weights into a whole detector with torchvision's names and its defaults; one of our own keeps what it was built from.
/// </summary>
/// <remarks>An output called <c>.pth</c> is written for <c>torch.load</c>, with torchvision's names.</remarks>
public static class DetectorImport
{
    /// <param name="source">A <c>.pth</c> or <c>.safetensors</c> file.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="labels">The classes without the background; our own files name theirs.</param>
    /// <param name="normEpsilon">Of the frozen norms: 1e-5, but 0 for torchvision's first COCO weights.</param>
    /// <exception cref="UserErrorException">The file cannot be read, weights are missing, or the classes do not fit.</exception>
    public static ImportReport Run(string source, string output, IReadOnlyList<string>? labels, double normEpsilon = 1e-5)
    {
        using var scope = NewDisposeScope();
        using var foreign = ForeignWeights.Read(source);
        var weights = new SortedWeights(source, foreign);
        var read = DetectorCheckpoint.IsDetectorCheckpoint(source)
            ? DetectorCheckpoint.Load(source)
            : new LoadedDetector(Build(weights, source, labels, normEpsilon), labels!);
        var detector = (FasterRcnn)read.Detector;
        using var owned = detector;
        var state = StateDict.InOrder(detector).ToArray();
        const string Body = SortedWeights.DetectorBody;
        var body = state.Where(entry => entry.Key.StartsWith(Body, StringComparison.Ordinal))
            .Select(entry => KeyValuePair.Create(entry.Key[Body.Length..], entry.Value));
        var others = state.Where(entry => !entry.Key.StartsWith(Body, StringComparison.Ordinal));
        string[] missing =
        [
            .. weights.Fill(body, WeightOwner.Query, WeightPart.Backbone),
            .. weights.Fill(others, WeightOwner.Query, WeightPart.Detector),
        ];
        var report = weights.Report(detector.Options.Backbone, missing);
        weights.Refuse(missing);
        if (PthWriter.IsNamed(output))
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
            throw new UserErrorException(
                $"{source}: the detector has {classes - 1} classes and the background, --labels names {labels?.Count ?? 0}; name "
                + $"each class, in order.");
        }

        return new FasterRcnn(new DetectorOptions
        {
            NumClasses = (int)classes,
            Backbone = backbone with { BatchNorm = BatchNormMode.Frozen, NormEpsilon = normEpsilon },
            FpnChannels = (int)Rows("backbone.fpn.layer_blocks.0.0.weight"),
            BoxHeadChannels = (int)Rows("roi_heads.box_head.fc6.weight"),
        });
    }
}
