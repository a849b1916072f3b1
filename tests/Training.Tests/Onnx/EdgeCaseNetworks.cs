using Pipeline.Training.Detection;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>Small detectors that bring an exported graph to its limits.</summary>
internal static class EdgeCaseNetworks
{
    /// <summary>Channels of the pyramid's maps.</summary>
    public const int FpnChannels = 32;

    private const int AnchorsPerCell = 3;

    /// <summary>Finds some dozen objects in a picture.</summary>
    public const string Usual = "usual";

    /// <summary>As <see cref="Usual"/>, with the recipe of the preset <c>paper</c>.</summary>
    public const string Paper = "paper";

    /// <summary>No score is above its threshold.</summary>
    public const string Nothing = "nothing";

    /// <summary>Has fewer rows than candidates.</summary>
    public const string FewRows = "few rows";

    /// <summary>Its proposals, one an anchor, all score alike, and so do its detections; none is suppressed.</summary>
    public const string Tied = "tied";

    /// <summary>As <see cref="Tied"/>, but the proposals are more than are taken, and the detections more than there are rows.</summary>
    public const string TiedAndCut = "tied and cut";

    /// <summary>Of its proposals some shrink to a point, some lie beyond the image, some cover it all.</summary>
    public const string Degenerate = "degenerate";

    /// <summary>No proposal has any area.</summary>
    public const string NoProposal = "no proposal";

    public static FasterRcnn Create(string name) => name switch
    {
        Usual => Formula(),
        Paper => Formula(options => FormulaDetector.Paper(options) with { RpnPostNmsTopNTest = options.RpnPostNmsTopNTest }),
        Nothing => Formula(options => options with { BoxScoreThresh = 1 }),
        FewRows => Formula(options => options with { BoxDetectionsPerImg = 3 }),
        Tied => AllTied(most: 2000),
        TiedAndCut => AllTied(most: 1000),
        Degenerate => WithDeltas([[0, 0, -20, -20], [1e38f, 0, 0, 0], [0, 0, 30, 30]]),
        NoProposal => WithDeltas([[-1e4f, 0, 0, 0], [0, 1e38f, 0, 0], [1e4f, 1e4f, 1, 1]]),
        _ => throw new ArgumentException($"there is no network {name}.", nameof(name)),
    };

    private static FasterRcnn Formula(Func<DetectorOptions, DetectorOptions>? recipe = null) => FormulaDetector.Create(
        "resnet18",
        width: 0.25,
        minSize: 64,
        maxSize: 128,
        scoreThreshold: 0.2,
        sizes =>
        {
            var options = sizes with
            {
                FpnChannels = FpnChannels,
                BoxHeadChannels = 64,
                RpnPostNmsTopNTest = 200,
                BoxDetectionsPerImg = 1000,   // none is cut off
            };
            return recipe?.Invoke(options) ?? options;
        });

    /// <summary>A square picture of 64 pixels has 768 + 192 + 48 + 12 + 3 = 1,023 anchors.</summary>
    private static FasterRcnn AllTied(int most)
    {
        var detector = Formula(options => options with
        {
            RpnPreNmsTopNTest = most,
            RpnPostNmsTopNTest = most,
            BoxDetectionsPerImg = most,
            RpnNmsThresh = 1,
            BoxNmsThresh = 1,
        });
        using var _ = no_grad();
        Fill(detector, "rpn.head.cls_logits", weight: 0, bias: [0, 0, 0]);
        Fill(detector, "rpn.head.bbox_pred", weight: 0, bias: [.. Enumerable.Repeat(0f, 4 * AnchorsPerCell)]);
        Fill(detector, "roi_heads.box_predictor.cls_score", weight: 0, bias: [0, 2, -9, -9, -9, -9, -9, -9]);
        return detector;
    }

    /// <param name="deltas">dx, dy, dw and dh of each of a cell's anchors.</param>
    private static FasterRcnn WithDeltas(float[][] deltas)
    {
        var detector = Formula(options => options with { BoxScoreThresh = 0.001 });
        using var _ = no_grad();
        Fill(detector, "rpn.head.bbox_pred", weight: 0, bias: [.. deltas.SelectMany(anchor => anchor)]);
        return detector;
    }

    private static void Fill(FasterRcnn detector, string layer, float weight, float[] bias)
    {
        var parameters = StateDict.InOrder(detector).ToDictionary(entry => entry.Key, entry => entry.Value);
        parameters[$"{layer}.weight"].fill_(weight);
        parameters[$"{layer}.bias"].copy_(tensor(bias));
    }
}
