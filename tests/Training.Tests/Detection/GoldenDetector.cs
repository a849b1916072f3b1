using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

/// <summary>
/// The whole detector of a golden case with its inputs: torchvision's (topic <c>detector</c>) or the preset <c>paper</c>.
/// </summary>
internal static class GoldenDetector
{
    /// <summary>The settings of the preset <c>paper</c>.</summary>
    public static FinetuneOptions Paper { get; } = new LayeredConfiguration<FinetuneOptions>()
        .Preset("finetune", "paper")
        .Option("", "data", "a")
        .Option("", "output", "b")
        .Build();

    /// <summary>With weights from the formula, and a sampler that takes the first candidates.</summary>
    public static FasterRcnn Build(GoldenCase golden)
    {
        var parameters = golden.Params;
        var defaults = golden.Topic == "paper" ? Paper.Detector : new DetectorOptions();
        var options = defaults with
        {
            NumClasses = parameters.GetProperty("num_classes").GetInt32(),
            Backbone = defaults.Backbone with
            {
                BatchNorm = parameters.Text("norm", "frozen") == "frozen" ? BatchNormMode.Frozen : BatchNormMode.Train,
                NormEpsilon = parameters.Double("frozen_bn_eps", parameters.Double("bn_eps", defaults.Backbone.NormEpsilon)),
                NormMomentum = parameters.Double("bn_momentum", defaults.Backbone.NormMomentum),
                TrainableStages = parameters.Int("trainable_layers", 5),
            },
        };
        foreach (var entry in parameters.GetProperty("detector").EnumerateObject())
        {
            options = With(options, entry.Name, entry.Value);
        }

        var detector = new FasterRcnn(options, GoldenTensors.FirstByIndex);
        var overrides = parameters.TryGetProperty("weight_overrides", out var lists)
            ? lists.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.Doubles())
            : [];
        GoldenTensors.LoadFormula(detector, parameters.Text("prefix", ""), "", overrides);
        return detector;
    }

    /// <summary>[3, H, W] each: float32 in 0..1, or uint8 where the case names bytes.</summary>
    public static Tensor[] Images(GoldenCase golden)
    {
        IEnumerable<string> names = golden.Params.TryGetProperty("order", out var order)
            ? order.EnumerateArray().Select(entry => entry.GetString()!)
            : golden.Inputs.EnumerateObject().Select(entry => entry.Name).Where(name => name.StartsWith("image", StringComparison.Ordinal));
        return [.. names.Select(name => Image(golden, golden.Inputs.GetProperty(name)))];
    }

    /// <summary>Boxes and labels of each image.</summary>
    public static DetectionTarget[] Targets(GoldenCase golden) =>
    [
        .. Numbered(golden, "target_").Select(entry => new DetectionTarget(
            golden.Tensor(entry.GetProperty("boxes")),
            golden.Tensor(entry.GetProperty("labels")))),
    ];

    /// <summary>Inputs whose names hold <paramref name="part"/> and end in a digit, by name.</summary>
    public static IEnumerable<JsonElement> Numbered(GoldenCase golden, string part) => golden.Inputs.EnumerateObject()
        .Where(entry => entry.Name.Contains(part, StringComparison.Ordinal) && char.IsDigit(entry.Name[^1]))
        .OrderBy(entry => entry.Name, StringComparer.Ordinal)
        .Select(entry => entry.Value);

    /// <summary>Options with one argument of torchvision's detector.</summary>
    public static DetectorOptions With(DetectorOptions options, string name, JsonElement value) => name switch
    {
        "min_size" => options with { MinSizePixels = value.GetInt32() },
        "max_size" => options with { MaxSizePixels = value.GetInt32() },
        "rpn_pre_nms_top_n_train" => options with { RpnPreNmsTopNTrain = value.GetInt32() },
        "rpn_pre_nms_top_n_test" => options with { RpnPreNmsTopNTest = value.GetInt32() },
        "rpn_post_nms_top_n_train" => options with { RpnPostNmsTopNTrain = value.GetInt32() },
        "rpn_post_nms_top_n_test" => options with { RpnPostNmsTopNTest = value.GetInt32() },
        "rpn_nms_thresh" => options with { RpnNmsThresh = value.GetDouble() },
        "rpn_fg_iou_thresh" => options with { RpnFgIouThresh = value.GetDouble() },
        "rpn_bg_iou_thresh" => options with { RpnBgIouThresh = value.GetDouble() },
        "rpn_batch_size_per_image" => options with { RpnBatchSizePerImage = value.GetInt32() },
        "rpn_positive_fraction" => options with { RpnPositiveFraction = value.GetDouble() },
        "rpn_score_thresh" => options with { RpnScoreThresh = value.GetDouble() },
        "box_score_thresh" => options with { BoxScoreThresh = value.GetDouble() },
        "box_nms_thresh" => options with { BoxNmsThresh = value.GetDouble() },
        "box_detections_per_img" => options with { BoxDetectionsPerImg = value.GetInt32() },
        "box_fg_iou_thresh" => options with { BoxFgIouThresh = value.GetDouble() },
        "box_bg_iou_thresh" => options with { BoxBgIouThresh = value.GetDouble() },
        "box_batch_size_per_image" => options with { BoxBatchSizePerImage = value.GetInt32() },
        "box_positive_fraction" => options with { BoxPositiveFraction = value.GetDouble() },
        "bbox_reg_weights" => options with { BboxRegWeights = value.Doubles() },
        "image_mean" => options with { ImageMean = value.Doubles() },
        "image_std" => options with { ImageStd = value.Doubles() },
        _ => throw new NotSupportedException($"detector argument {name}"),
    };

    private static Tensor Image(GoldenCase golden, JsonElement value)
    {
        var image = golden.Tensor(value);
        return value.GetProperty("kind").GetString() == "image_u8" ? image.to(uint8) : image;
    }
}
