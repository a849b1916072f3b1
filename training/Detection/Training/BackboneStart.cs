using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;

namespace Pipeline.Training.Detection.Training;

/// <summary>
/// What the backbone of a run begins as. Settings that are null follow torchvision's <c>fasterrcnn_resnet50_fpn</c>:
/// from weights three stages learn and the norms are frozen; from nothing all five learn and the norms are live.
/// </summary>
internal static class BackboneStart
{
    private const int StagesFromWeights = 3;
    private const int AllStages = 5;

    /// <summary>The detector's options with nothing left open.</summary>
    public static DetectorOptions Detector(FinetuneOptions options)
    {
        var backbone = options.Detector.Backbone;
        var stages = options.BeginsFromWeights ? StagesFromWeights : AllStages;
        var norms = options.BeginsFromWeights ? BatchNormMode.Frozen : BatchNormMode.Train;
        return options.Detector with
        {
            NumClasses = options.Labels.Count + 1,
            Backbone = backbone with
            {
                TrainableStages = backbone.TrainableStages ?? stages,
                BatchNorm = backbone.BatchNorm ?? norms,
                Blocks = ImageNetWeights.BlocksFor(options.BackboneWeights, backbone),
            },
        };
    }

    /// <summary>Refuses frozen norms without the statistics of a trained backbone.</summary>
    /// <exception cref="UserErrorException">Norms are frozen that have no statistics.</exception>
    public static void RequireStatistics(FinetuneOptions options)
    {
        var isFrozen = Detector(options).Backbone.BatchNorm == BatchNormMode.Frozen;
        if (isFrozen && !options.BeginsFromWeights && !options.FrozenNormsWithoutWeights)
        {
            throw new UserErrorException(
                "backboneWeights: frozen norms need the statistics of a trained backbone; name one with --backbone-weights, "
                + "or set detector.backbone.batchNorm to train. (frozenNormsWithoutWeights imitates the baseline of the paper's authors, "
                + "a network without normalization.)");
        }
    }

    /// <summary>The effective settings, for the run's first lines.</summary>
    public static string Line(FinetuneOptions options)
    {
        var backbone = Detector(options).Backbone;
        var given = options.BackboneWeights == WeightChoice.ImageNet ? "ImageNet's weights" : "the given weights";
        var start = options.BeginsFromWeights ? given : "random weights";
        var norms = backbone.BatchNorm switch
        {
            BatchNormMode.Frozen => "are frozen",
            BatchNormMode.Eval => "learn with frozen statistics",
            _ => "are live",
        };
        return $"the backbone starts from {start}; {backbone.TrainableStages} of its {AllStages} stages learn; its norms {norms}";
    }
}
