using System.Text.Json.Nodes;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Serving.Tests.Evaluation;

public sealed class LeakReportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("leak-report").FullName;

    [Fact]
    public void An_evaluation_reports_the_leak_that_its_model_was_trained_with()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = Path.Combine(folder, "kitti");
        var size = new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 };
        StreetSceneWriter.WriteKitti(data, size, 0, 2, cancellation: cancellation);
        var version = TinyModel.Export(Path.Combine(folder, "models"));
        var remarks = new List<string>();

        var options = new EvaluationOptions { ModelDirectory = version, Data = data, BatchSize = 2 };

        var without = ModelEvaluation.Run(options, remarks.Add, progress: null, cancellation);
        RecordLeak(version);
        var with = ModelEvaluation.Run(options, remarks.Add, progress: null, cancellation);

        Assert.Null(without.Leak);
        Assert.Equal(new ImageLeak(ValidationImages: 0, TestImages: 3), with.Leak);
        Assert.StartsWith("warning: 3 test and 0 validation images are among", Assert.Single(remarks));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void RecordLeak(string version)
    {
        var path = Path.Combine(version, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest["leak"] = new JsonObject { ["validationImages"] = 0, ["testImages"] = 3 };
        File.WriteAllText(path, manifest.ToJsonString());
    }
}
