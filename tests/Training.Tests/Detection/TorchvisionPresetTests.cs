using Pipeline.Shared.Configuration;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Detection;

/// <summary>
/// The preset <c>torchvision</c> is the recipe of torchvision's <c>references/detection</c>; docs/recipes.md has the sources.
/// </summary>
public sealed class TorchvisionPresetTests
{
    private static FinetuneOptions Preset { get; } = new LayeredConfiguration<FinetuneOptions>()
        .Preset("finetune", "torchvision").Option("test", "data", "d").Option("test", "output", "o").Build();

    [Fact]
    public void Its_schedule_is_that_of_train_py_on_one_device()
    {
        Assert.Equal((26, null, 2), (Preset.Epochs, Preset.Iterations, Preset.BatchSize));
        Assert.Equal((0.02 / 8, 0.9, 1e-4, null), (Preset.LearningRate, Preset.Momentum, Preset.WeightDecay, Preset.NormWeightDecay));
        Assert.Equal([16, 22], Preset.Milestones);
        Assert.Equal((0.1, 0.001, null), (Preset.Gamma, Preset.WarmupFactor, Preset.WarmupIterations));
        Assert.Equal(0, Preset.ClipGradientNorm);
    }

    [Fact]
    public void Its_images_and_batches_are_those_of_train_py()
    {
        Assert.Equal((true, 0, 3), (Preset.HorizontalFlip, Preset.ColorJitter, Preset.AspectRatioGroupFactor));
        Assert.Empty(Preset.MinSizesPixels);
        Assert.True(Preset.SkipEmptyFrames);
    }

    [Fact]
    public void Its_detector_is_fasterrcnn_resnet50_fpn_with_every_default()
    {
        var detector = Preset.Detector with { Backbone = new ResNetOptions() };

        Assert.Equal(new ResNetOptions { BatchNorm = null, TrainableStages = null }, Preset.Detector.Backbone);
        Assert.Equivalent(new DetectorOptions(), detector, strict: true);
    }

    [Fact]
    public void From_weights_three_stages_learn_and_the_norms_are_frozen()
    {
        var options = Preset with { BackboneWeights = "backbone.safetensors" };
        var backbone = BackboneStart.Detector(options).Backbone;

        Assert.Equal((3, BatchNormMode.Frozen), (backbone.TrainableStages, backbone.BatchNorm));
        Assert.Equal(
            "the backbone starts from the given weights; 3 of its 5 stages learn; its norms are frozen",
            BackboneStart.Line(options));
    }

    [Fact]
    public void From_nothing_all_stages_learn_and_the_norms_are_live()
    {
        var backbone = BackboneStart.Detector(Preset).Backbone;

        Assert.Equal((5, BatchNormMode.Train), (backbone.TrainableStages, backbone.BatchNorm));
        Assert.Equal("the backbone starts from random weights; 5 of its 5 stages learn; its norms are live", BackboneStart.Line(Preset));
    }

    [Fact]
    public void What_is_given_stays_with_and_without_weights()
    {
        var given = Preset with
        {
            Detector = Preset.Detector with { Backbone = new ResNetOptions { BatchNorm = BatchNormMode.Eval, TrainableStages = 1 } },
        };

        Assert.Equal(given.Detector.Backbone, BackboneStart.Detector(given).Backbone);
        Assert.Equal(given.Detector.Backbone, BackboneStart.Detector(given with { BackboneWeights = "b" }).Backbone);
    }

    [Fact]
    public void A_detector_has_one_class_more_than_the_labels() =>
        Assert.Equal(3, BackboneStart.Detector(Preset with { Labels = ["Car", "Truck"] }).NumClasses);
}
