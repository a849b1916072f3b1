using Pipeline.Training.Backbones;

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
            },
        };
    }

    /// <summary>The effective settings, for the run's first lines.</summary>
    public static string Line(FinetuneOptions options)
    {
        var backbone = Detector(options).Backbone;
        var start = options.BeginsFromWeights ? "the given weights" : "random weights";
        var norms = backbone.BatchNorm switch
        {
            BatchNormMode.Frozen => "are frozen",
            BatchNormMode.Eval => "learn with frozen statistics",
            _ => "are live",
        };
        return $"the backbone starts from {start}; {backbone.TrainableStages} of its {AllStages} stages learn; its norms {norms}";
    }
}
