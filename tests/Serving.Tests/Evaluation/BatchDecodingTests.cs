using Pipeline.Serving.Evaluation;
using Pipeline.Serving.Evaluation.Execution;
using Pipeline.Serving.Evaluation.Records;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Evaluation;

public sealed class BatchDecodingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("batch-decoding").FullName;

    [Theory]
    [InlineData(1, 2), InlineData(4, 1), InlineData(3, 3)]
    public void Batches_come_in_the_order_of_the_plan_and_few_images_wait_whatever_the_number_of_sizes(int batchSize, int threads)
    {
        ImageRecord[] images = [.. Enumerable.Range(0, 40).Select(index => Draw(index, 8 + index))];
        var plan = EvaluationPlan.Of([.. images.Select(image => image.Planned())], batchSize);
        var numbers = new List<int>();
        using var decoding = new BatchDecoding(plan.Batches, images, threads);

        while (decoding.Take() is { } batch)
        {
            using (batch)
            {
                Assert.InRange(decoding.WaitingImages, 0, 2 * Math.Max(batchSize, threads));
                Assert.All(
                    batch.Wait(TestContext.Current.CancellationToken),
                    image => Assert.Equal((batch.Plan.WidthPixels, 4), (image.WidthPixels, image.HeightPixels)));
                Assert.All(batch.DecodeMs, time => Assert.True(time > 0));
                numbers.Add(batch.Plan.Number);
            }
        }

        Assert.Equal(Enumerable.Range(0, 40), numbers);
    }

    [Fact]
    public void Images_that_would_take_much_memory_wait_alone()
    {
        ImageRecord[] images = [.. Enumerable.Range(0, 6).Select(index => Record(index, 6000, 4000))];
        var plan = EvaluationPlan.Of([.. images.Select(image => image.Planned())], 4);

        using var decoding = new BatchDecoding(plan.Batches, images, threads: 1);

        Assert.Equal(3, decoding.WaitingImages);   // a batch holds no more of them
    }

    [Fact]
    public void An_image_that_is_gone_or_has_another_size_is_named_where_its_batch_is_waited_for()
    {
        ImageRecord[] images = [Draw(0, 8), Draw(1, 8), Record(2, 8, 4), Draw(3, 8) with { HeightPixels = 5 }];
        var plan = EvaluationPlan.Of([.. images.Select(image => image.Planned())], 2);
        using var decoding = new BatchDecoding(plan.Batches, images, threads: 2);

        Assert.Contains("3.png: the image was replaced while the run went on: it has 8 x 4 pixels and had 8 x 5", Failure(decoding));
        Assert.Equal("", Failure(decoding));
        Assert.Contains("2.png: there is no such image file", Failure(decoding));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Failure(BatchDecoding decoding)
    {
        using var batch = decoding.Take()!;
        try
        {
            batch.Wait(TestContext.Current.CancellationToken);
            return "";
        }
        catch (UserErrorException exception)
        {
            return exception.Message;
        }
    }

    private ImageRecord Draw(int index, int width)
    {
        using var image = RgbImage.Allocate(width, 4);
        image.Pixels.Clear();
        File.WriteAllBytes(Path.Combine(folder, $"{index}.png"), ImageEncoder.Png(image));
        return Record(index, width, 4);
    }

    private ImageRecord Record(int index, int width, int height) => new(
        Index: index,
        Id: $"{index}",
        Path: Path.Combine(folder, $"{index}.png"),
        WidthPixels: width,
        HeightPixels: height,
        FileBytes: 1,
        Truth: []);
}
