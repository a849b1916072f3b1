using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Results;
using Pipeline.Shared.Tests.Datasets;

namespace Pipeline.Shared.Tests.Evaluation.Results;

/// <summary>Labels and results in a temporary folder.</summary>
internal sealed class ScoredCase : IDisposable
{
    /// <summary>Two images of 100 × 80 pixels, 7 and 8, and the classes 3 and 90.</summary>
    public const string CocoTruth = """
        {"images": [{"id": 7, "file_name": "a.jpg", "width": 100, "height": 80},
                    {"id": 8, "file_name": "b.jpg", "width": 100, "height": 80}],
         "categories": [{"id": 3, "name": "forklift"}, {"id": 90, "name": "pallet jack"}],
         "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [10, 10, 20, 20], "area": 400, "iscrowd": 0}]}
        """;

    private const string Fields = "-1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10";

    private readonly ImageFolder folder = new();

    /// <summary>Warnings of the last reading.</summary>
    public List<string> Remarks { get; } = [];

    public string Root => folder.Root;

    public string At(string relative) => folder.At(relative);

    public ScoredCase Text(string relative, string text)
    {
        folder.Text(relative, text);
        return this;
    }

    public ScoredCase Bytes(string relative, byte[] content)
    {
        folder.Bytes(relative, content);
        return this;
    }

    /// <summary>A line of KITTI's results.</summary>
    public static string Line(string type = "Car", string score = "0.5") => $"{type} {Fields} {score}\n";

    /// <summary>A line of KITTI's labels.</summary>
    public static string Label(string type = "Car") => $"{type} 0 0 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10\n";

    /// <summary>KITTI's labels of the frames 000000 and 000001.</summary>
    public static ScoredCase OfKitti() => new ScoredCase().Text("label_2/000000.txt", Label()).Text("label_2/000001.txt", "");

    /// <summary>COCO's labels, and results.</summary>
    public static ScoredCase OfCoco(string results) => new ScoredCase().Text("truth.json", CocoTruth).Text("results.json", results);

    public ScoredFiles Files(string truth, string detections) => new() { GroundTruth = At(truth), Detections = At(detections) };

    public EvaluationProblem Read(ScoredFiles files) => ReadAll(files).Problem;

    public ResultProblem ReadAll(ScoredFiles files)
    {
        Remarks.Clear();
        return files.Read(Remarks.Add, progress: null, TestContext.Current.CancellationToken);
    }

    public EvaluationProblem ReadCoco() => Read(Files("truth.json", "results.json"));

    public EvaluationProblem ReadKitti() => Read(Files("label_2", "results"));

    /// <summary>What is wrong.</summary>
    public string Refusal(ScoredFiles files) => Assert.ThrowsAny<UserErrorException>(() => Read(files)).Message;

    public void Dispose() => folder.Dispose();
}
