using Pipeline.Serving.Evaluation;
using Pipeline.Shared;

namespace Pipeline.Serving.Tests.Evaluation;

public sealed class EvaluationProgressTests(SharedModel model) : IClassFixture<SharedModel>, IDisposable
{
    private const long Pixels = 96 * 64;
    private readonly EvaluatedScenes scenes = new(model, images: 3);

    [Fact]
    public void Every_execution_is_reported_with_the_images_done_so_far()
    {
        var progress = new RecordedProgress();

        ModelEvaluation.Run(scenes.Options, remark: Assert.Fail, progress, TestContext.Current.CancellationToken);

        EvaluationProgress[] expected =
        [
            new(ImagesDone: 2, Images: 3, PixelsDone: 2 * Pixels, Pixels: 3 * Pixels),
            new(ImagesDone: 3, Images: 3, PixelsDone: 3 * Pixels, Pixels: 3 * Pixels),
        ];
        Assert.Equal(expected, progress.Reports);
    }

    [Fact]
    public void A_cancelled_evaluation_ends_without_a_report()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new RecordedProgress { Reported = cancellation.Cancel };

        Assert.ThrowsAny<OperationCanceledException>(
            () => ModelEvaluation.Run(scenes.Options, Assert.Fail, progress, cancellation.Token));
        Assert.Single(progress.Reports);
    }

    [Theory]
    [InlineData(0), InlineData(65)]
    public void A_batch_size_out_of_range_is_refused_before_any_work_begins(int batchSize)
    {
        var options = scenes.Options with { BatchSize = batchSize, Data = "nowhere" };

        var refused = Assert.ThrowsAny<UserErrorException>(
            () => ModelEvaluation.Run(options, Assert.Fail, progress: null, TestContext.Current.CancellationToken));

        Assert.Contains($"batchSize: {batchSize} is refused; it must be from 1 to 64", refused.Message);
    }

    public void Dispose() => scenes.Dispose();
}
