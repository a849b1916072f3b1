using Pipeline.Serving.Configuration;
using Pipeline.Serving.Inference;
using Pipeline.Shared;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Onnx;

namespace Pipeline.Serving.Tests.Inference;

public sealed class DetectorModelTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("detector").FullName;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(2, 2)]
    public void Every_image_of_a_batch_gets_its_own_answer_alone_and_together_in_every_instance(int instances, int threads)
    {
        using var model = Load(new ExecutionOptions { Instances = instances, Threads = threads });
        RgbImage[] images = [Noise(1), Noise(2), Noise(3)];

        for (var instance = 0; instance < instances; instance++)
        {
            var together = model.Detect(instance, images, CancellationToken.None);
            for (var index = 0; index < images.Length; index++)
            {
                AssertSums(images[index], Assert.Single(together[index]).Box);
                AssertSums(images[index], Assert.Single(model.Detect(instance, [images[index]], CancellationToken.None)[0]).Box);
            }
        }

        Array.ForEach(images, image => image.Dispose());
    }

    [Fact]
    public async Task Concurrent_calls_do_not_mix_their_images()
    {
        using var model = Load(new ExecutionOptions { Instances = 2, Threads = 1 });

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), TestContext.Current.CancellationToken, (seed, _) =>
        {
            using var image = Noise(seed, width: 20 + seed % 7);
            AssertSums(image, model.Detect(seed % 2, [image], CancellationToken.None)[0][0].Box);
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void A_lone_image_stays_as_it_is_and_can_be_used_again()
    {
        using var model = Load();
        using var image = Noise(1);
        var before = image.Pixels.ToArray();

        model.Detect([image]);
        model.Detect([image]);

        Assert.Equal(before, image.Pixels);
    }

    [Fact]
    public void A_batch_of_several_sizes_and_an_empty_one_are_refused()
    {
        using var model = Load();
        using var wide = Noise(1, width: 9);
        using var narrow = Noise(1, width: 8);

        Assert.Throws<ArgumentException>(() => model.Detect([wide, narrow]));
        Assert.Throws<ArgumentException>(() => model.Detect([]));
    }

    [Fact]
    public void An_execution_that_was_given_up_ends_and_the_next_is_not_touched()
    {
        using var model = Load();
        using var image = Noise(1);
        using var givenUp = new CancellationTokenSource();
        givenUp.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => model.Detect(0, [image], givenUp.Token));
        AssertSums(image, model.Detect([image])[0][0].Box);
    }

    [Fact]
    public void An_execution_says_what_it_took()
    {
        using var model = Load();
        using var image = Noise(1);

        var batch = model.Execute(0, [image, image], CancellationToken.None);

        Assert.Equal(2, batch.Detections.Count);
        Assert.True(batch.InferenceTime > TimeSpan.Zero);
        Assert.True(batch.InputTime > TimeSpan.Zero);
        Assert.True(batch.OutputTime > TimeSpan.Zero);
    }

    [Fact]
    public void A_file_that_is_exchanged_after_it_was_verified_is_not_loaded()
    {
        var directory = ModelDirectory.Open(SumModel.Publish(root));
        var content = File.ReadAllBytes(directory.ModelPath);
        content[^1] ^= 1;
        File.WriteAllBytes(directory.ModelPath, content);

        var refused = Assert.Throws<UserErrorException>(() => DetectorModel.Load(directory));

        Assert.Contains("SHA-256", refused.Message);
    }

    [Fact]
    public void A_model_that_is_no_detector_is_refused_when_it_is_loaded()
    {
        var noOutput = SumModel.Publish(root, change: (graph, pixels) => graph.Output("sums", pixels, "N", "H", "W", 3));
        var otherType = SumModel.Publish(root, change: (graph, pixels) =>
        {
            graph.Output("boxes", graph.Cast(pixels, OnnxType.Int64), "N", "H", "W", 3);
        });

        Assert.Contains("has no output 'boxes'", Assert.Throws<UserErrorException>(() => DetectorModel.Load(noOutput)).Message);
        Assert.Contains("output 'boxes' of the model is not of type Float", Assert.Throws<UserErrorException>(
            () => DetectorModel.Load(otherType)).Message);
    }

    [Fact]
    public void Warming_up_runs_every_declared_size_that_the_model_accepts()
    {
        using var model = DetectorModel.Load(SumModel.Publish(root, maxSidePixels: 64));
        using var failing = DetectorModel.Load(SumModel.Publish(root, change: (graph, pixels) =>
            SumModel.AddOutputs(graph, graph.Op("Reshape", [pixels, graph.Vector(1, 8, 8, 3)]))));

        model.WarmUp([new WarmUpSize(64, 32), new WarmUpSize(65, 1)], maxBatchSize: 3);
        failing.WarmUp([new WarmUpSize(8, 8)], maxBatchSize: 1);

        Assert.Throws<InferenceException>(() => failing.WarmUp([new WarmUpSize(8, 8)], maxBatchSize: 2));
        Assert.Throws<InferenceException>(() => failing.WarmUp([new WarmUpSize(9, 8)], maxBatchSize: 1));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static RgbImage Noise(int seed, int width = 16)
    {
        var image = RgbImage.Allocate(width, 12);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    private static void AssertSums(RgbImage image, Box box)
    {
        var sums = new double[3];
        for (var index = 0; index < image.Pixels.Length; index++)
        {
            sums[index % 3] += image.Pixels[index] / 255.0;
        }

        Assert.Equal(sums[0], box.X1, tolerance: 0.01);
        Assert.Equal(sums[1], box.Y1, tolerance: 0.01);
        Assert.Equal(sums[2], box.X2, tolerance: 0.01);
        Assert.Equal(sums.Sum(), box.Y2, tolerance: 0.01);
    }

    private DetectorModel Load(ExecutionOptions? execution = null) =>
        DetectorModel.Load(ModelDirectory.Open(SumModel.Publish(root)), execution ?? new ExecutionOptions());
}
