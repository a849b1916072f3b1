using Pipeline.Serving.Evaluation;
using Pipeline.Shared;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Serving.Tests.Evaluation;

public sealed class EvaluationProgressTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("evaluation-progress").FullName;
    private readonly EvaluationOptions options;

    public EvaluationProgressTests()
    {
        var data = Path.Combine(folder, "kitti");
        StreetSceneWriter.WriteKitti(data, new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 3);
        options = new EvaluationOptions
        {
            ModelDirectory = TinyModel.Export(Path.Combine(folder, "models")),
            Data = data,
            BatchSize = 2,
        };
    }

    [Fact]
    public void Every_execution_is_reported_with_the_images_done_so_far()
    {
        var progress = new RecordedProgress();

        ModelEvaluation.Run(options, remark: Assert.Fail, progress, TestContext.Current.CancellationToken);

        Assert.Equal([new EvaluationProgress(2, 3), new EvaluationProgress(3, 3)], progress.Reports);
    }

    [Fact]
    public void A_cancelled_evaluation_ends_without_a_report()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new RecordedProgress { Reported = cancellation.Cancel };

        Assert.Throws<OperationCanceledException>(() => ModelEvaluation.Run(options, Assert.Fail, progress, cancellation.Token));
        Assert.Single(progress.Reports);
    }

    [Theory]
    [InlineData(0), InlineData(65)]
    public void A_batch_size_out_of_range_is_refused_before_any_work_begins(int batchSize)
    {
        var refused = Assert.ThrowsAny<UserErrorException>(() => ModelEvaluation.Run(
            options with { BatchSize = batchSize, Data = "nowhere" }, Assert.Fail, progress: null, TestContext.Current.CancellationToken));

        Assert.Contains($"batchSize: {batchSize} is refused; it must be from 1 to 64", refused.Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private sealed class RecordedProgress : IProgress<EvaluationProgress>
    {
        public List<EvaluationProgress> Reports { get; } = [];

        public Action? Reported { get; init; }

        public void Report(EvaluationProgress value)
        {
            Reports.Add(value);
            Reported?.Invoke();
        }
    }
}
