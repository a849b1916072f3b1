using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>Detectors whose weights a formula gives, so that they find something.</summary>
internal static class FormulaDetector
{
    /// <summary>The recipe of the preset <c>paper</c>, in the sizes of the test.</summary>
    public static DetectorOptions Paper(DetectorOptions sizes) =>
        ExportedDetector.Options("paper") with
        {
            NumClasses = sizes.NumClasses,
            Backbone = sizes.Backbone,
            FpnChannels = sizes.FpnChannels,
            BoxHeadChannels = sizes.BoxHeadChannels,
            MinSizePixels = sizes.MinSizePixels,
            MaxSizePixels = sizes.MaxSizePixels,
            BoxScoreThresh = sizes.BoxScoreThresh,
            BoxDetectionsPerImg = 1000,   // none is cut off: the hundredth and the next may score alike
        };

    public static FasterRcnn Create(
        string architecture,
        double width,
        int minSize,
        int maxSize,
        double scoreThreshold,
        Func<DetectorOptions, DetectorOptions>? recipe = null)
    {
        var options = Options(architecture, width, minSize, maxSize, scoreThreshold);
        return Of(recipe?.Invoke(options) ?? options);
    }

    public static DetectorOptions Options(string architecture, double width, int minSize, int maxSize, double scoreThreshold)
    {
        var norm = architecture == "resnet50" ? BatchNormMode.Frozen : BatchNormMode.Train;
        return new DetectorOptions
        {
            NumClasses = 8,
            Backbone = new ResNetOptions { Architecture = architecture, WidthMultiplier = width, BatchNorm = norm },
            FpnChannels = architecture == "resnet50" ? 256 : 64,
            BoxHeadChannels = architecture == "resnet50" ? 1024 : 128,
            MinSizePixels = minSize,
            MaxSizePixels = maxSize,
            BoxScoreThresh = scoreThreshold,
        };
    }

    public static FasterRcnn Of(DetectorOptions options)
    {
        var architecture = options.Backbone.Architecture;
        var detector = new FasterRcnn(options);
        GoldenTensors.LoadFormula(detector, "", "", new Dictionary<string, double[]>
        {
            ["roi_heads.box_predictor.cls_score.bias"] = [architecture == "resnet50" ? 2 : 7, .. Enumerable.Repeat(-0.5, 7)],
        });
        if (architecture != "resnet50")
        {
            // As the formula does for bn3: else every block doubles the activations, and rounding with them.
            using var _ = no_grad();
            foreach (var (name, parameter) in detector.named_parameters())
            {
                if (name.EndsWith("bn2.weight", StringComparison.Ordinal))
                {
                    parameter.mul_(0.25);
                }
            }
        }

        detector.eval();
        return detector;
    }
}
