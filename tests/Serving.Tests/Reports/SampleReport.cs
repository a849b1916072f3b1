using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Tests.Reports;

/// <summary>A report of chosen size with made-up numbers, and the images that it names.</summary>
internal sealed class SampleReport
{
    private const int Side = 96;

    /// <param name="folder">Where the images are written.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="images">How many images.</param>
    public SampleReport(string folder, IReadOnlyList<string> classes, int images)
    {
        for (var index = 0; index < images; index++)
        {
            var id = $"{index:D6}";
            using var image = RgbImage.Allocate(Side, Side);
            image.Pixels.Fill((byte)(40 + 20 * index));
            Paths[id] = Path.Combine(folder, id + ".png");
            File.WriteAllBytes(Paths[id], ImageEncoder.Png(image));
        }

        var map = new LabelMap(classes);
        Problem = EvaluationProblem.Of(map, Paths.Keys.Select((id, index) => Image(id, index, classes)));
        Report = Full(classes, images);
    }

    public Dictionary<string, string> Paths { get; } = [];

    public EvaluationProblem Problem { get; }

    public EvaluationReport Report { get; }

    private static EvaluatedImage Image(string id, int index, IReadOnlyList<string> classes)
    {
        var label = index % classes.Count;
        var first = new TruthLabel(classes[label], ExactBox.FromCorners(10, 10, 50, 60));
        var second = new TruthLabel(classes[label], ExactBox.FromCorners(60, 5, 90, 40));
        return new EvaluatedImage(
            id,
            [first, second, new TruthLabel(null, ExactBox.FromCorners(0, 80, 96, 96))],
            [new Detection(label, 0.9f, new Box(11, 10, 50, 60)), new Detection(label, 0.7f, new Box(20, 60, 50, 78))]);
    }

    private static EvaluationReport Full(IReadOnlyList<string> classes, int images) => new(
        Map: 0.4123,
        Map50: 0.6234,
        Map75: 0.4012,
        PerClass: classes.ToDictionary(name => name, ClassAveragePrecision? (_) => new ClassAveragePrecision(0.41, 0.62, 3)),
        Images: images,
        Seconds: 1.25,
        ImagesPerSecond: images / 1.25)
    {
        Precision = "fp32",
        Leak = new ImageLeak(ValidationImages: 0, TestImages: 2),
        Model = new EvaluatedModel("street", 1, new string('a', 64), new string('b', 64), new string('c', 64))
        {
            Manifest = new EvaluatedManifest(
                ScoreThreshold: 0.05,
                MaxDetections: 100,
                MaxInputSidePixels: 4096,
                Opset: 18,
                Created: default,
                Tool: "pipeline-train 0.1.0"),
        },
        Data = new EvaluatedData("data/kitti", "kitti", "test.txt", new string('d', 64)),
        Metrics = [Coco(classes), Kitti()],
        Analysis = Analysis(classes, images),
        Latency =
        [
            new StageLatency("decode", "image", images, MeanMs: 5.1, P50Ms: 5, P90Ms: 6, P95Ms: 7, P99Ms: 9, MaxMs: 12),
            new StageLatency("inference", "batch", images, MeanMs: 81, P50Ms: 80, P90Ms: 86, P95Ms: 97, P99Ms: 99, MaxMs: 120),
        ],
    };

    private static MetricReport Coco(IReadOnlyList<string> classes) => new(
        "coco",
        "COCO detection",
        MetricUnit.Fraction,
        new Dictionary<string, double?> { ["AP"] = 0.4123, ["AP50"] = 0.6234, ["AP75"] = 0.4012, ["AP small"] = null, ["AR 100"] = 0.5 },
        [
            .. classes.Select((name, index) => new ClassNumbers(
                name, index, new Dictionary<string, double?> { ["AP"] = 0.41, ["AP50"] = null })),
        ],
        new Dictionary<string, string> { ["DontCare"] = "a crowd of every class", ["IoU"] = "0.50 to 0.95" })
    {
        Curves = [Curve(null, 0.5), .. classes.Select((name, index) => Curve(name, (index + 1.0) / (classes.Count + 1)))],
    };

    private static MetricReport Kitti() => new(
        "kitti",
        "KITTI 2D",
        MetricUnit.Percent,
        new Dictionary<string, double?> { ["Car moderate R40"] = null },
        [],
        new Dictionary<string, string> { ["neighbors"] = "ignored" })
    {
        NotMeasured = "no class is one of Car, Pedestrian, Cyclist",
    };

    private static PrecisionRecallCurve Curve(string? name, double area)
    {
        double[] recall = [.. Enumerable.Range(0, 101).Select(point => point / 100.0)];
        return new PrecisionRecallCurve(name, "IoU 0.50", recall, [.. recall.Select(at => Math.Max(0, 1 - Math.Pow(at, 4 * area)))]);
    }

    private static DetectionAnalysis Analysis(IReadOnlyList<string> classes, int images)
    {
        string[] kinds =
        [
            "classification", "localization", "both", "duplicate", "background", "missed", "falsePositives", "falseNegatives",
        ];
        return new DetectionAnalysis(
            new ErrorCosts(0.6234, [.. kinds.Select((kind, index) => new ErrorCost(kind, 7 * index, 0.02 * index))]),
            new ConfusionMatrix(
                classes, [.. Enumerable.Range(0, classes.Count + 1).Select(row => Row(row, classes.Count))]),
            [.. Enumerable.Range(0, 20).Select(bin => new ScoreBin(bin / 20.0, (bin + 1) / 20.0, bin * bin, 400 - bin * bin))],
            [new SizeBin(0, 32, 40, 12), new SizeBin(32, 96, 90, 71), new SizeBin(96, null, 20, 19)],
            [.. Enumerable.Range(0, images).Select(image => new ImageErrors(image, $"{image:D6}", Missed: 1, Wrong: 1, Right: 1))])
        {
            Options = new AnalysisOptions(),
        };
    }

    private static int[] Row(int row, int classes) =>
        [.. Enumerable.Range(0, classes + 1).Select(column => row == column ? 50 : (row * 7 + column * 3) % 9)];
}
