using CsCheck;
using Pipeline.Serving.Evaluation;

namespace Pipeline.Serving.Tests.Evaluation;

public sealed class EvaluationPlanTests
{
    private static readonly Gen<(PlannedImage[] Images, int BatchSize, int Shards)> Runs =
        from images in Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3]).Array[1, 60]
        from batchSize in Gen.Int[1, 9]
        from shards in Gen.Int[1, 12]
        select (images.Select(Image).ToArray(), batchSize, shards);

    [Fact]
    public void Every_image_is_in_one_batch_with_images_of_its_size_and_in_their_order() => Runs.Sample(run =>
    {
        var plan = EvaluationPlan.Of(run.Images, run.BatchSize);

        Assert.Equal(Enumerable.Range(0, run.Images.Length), plan.Batches.SelectMany(batch => batch.Images).Order());
        Assert.Equal(Enumerable.Range(0, plan.Batches.Count), plan.Batches.Select(batch => batch.Number));
        Assert.All(plan.Batches, batch =>
        {
            Assert.InRange(batch.Images.Count, 1, run.BatchSize);
            Assert.Equal(batch.Images.Order(), batch.Images);
            Assert.All(batch.Images, index => Assert.Equal(
                (batch.WidthPixels, batch.HeightPixels), (run.Images[index].WidthPixels, run.Images[index].HeightPixels)));
        });
    });

    [Fact]
    public void Shards_share_the_batches_and_their_pixels_evenly() => Runs.Sample(run =>
    {
        var plan = EvaluationPlan.Of(run.Images, run.BatchSize);
        var shards = Enumerable.Range(0, run.Shards)
            .Select(index => plan.OfShard(new EvaluationShard(index, run.Shards)))
            .ToList();

        Assert.Equal(plan.Batches, shards.SelectMany(batches => batches).OrderBy(batch => batch.Number));
        var pixels = shards.ConvertAll(batches => batches.Sum(batch => batch.Pixels));
        Assert.InRange(pixels.Max() - pixels.Min(), 0, plan.Batches.Max(batch => batch.Pixels));
    });

    [Fact]
    public void The_largest_images_come_first()
    {
        PlannedImage[] images = [new("a", 10, 10, 1), new("b", 30, 30, 1), new("c", 20, 20, 1), new("d", 30, 30, 1)];

        Assert.Equal([[1, 3], [2], [0]], EvaluationPlan.Of(images, 4).Batches.Select(batch => batch.Images));
    }

    [Fact]
    public void Images_too_large_for_one_execution_are_executed_in_several()
    {
        PlannedImage[] images = [.. Enumerable.Range(0, 4).Select(index => new PlannedImage($"{index}", 8000, 5000, 1))];

        Assert.Equal([2, 2], EvaluationPlan.Of(images, 4).Batches.Select(batch => batch.Images.Count));
    }

    [Fact]
    public void The_digest_tells_other_images_other_files_and_other_batches_apart()
    {
        PlannedImage[] images = [new("a", 10, 10, 7), new("b", 10, 10, 8)];
        string[] digests =
        [
            EvaluationPlan.Of(images, 2).Sha256,
            EvaluationPlan.Of(images, 1).Sha256,
            EvaluationPlan.Of([images[1], images[0]], 2).Sha256,
            EvaluationPlan.Of([images[0], images[1] with { FileBytes = 9 }], 2).Sha256,
            EvaluationPlan.Of([images[0], images[1] with { WidthPixels = 11 }], 2).Sha256,
        ];

        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(digests[0], EvaluationPlan.Of(images, 2).Sha256);
    }

    private static PlannedImage Image((int Width, int Height) size, int index) =>
        new($"{index}", 20 * size.Width, 20 * size.Height, FileBytes: 1);
}
