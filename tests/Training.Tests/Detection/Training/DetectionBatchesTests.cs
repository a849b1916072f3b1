using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Tests.Engine;

namespace Pipeline.Training.Tests.Detection.Training;

/// <summary>Batches of labelled frames that are grouped by aspect.</summary>
public sealed class DetectionBatchesTests : IDisposable
{
    private readonly string scenes = Directory.CreateTempSubdirectory("batches").FullName;
    private readonly Dataset dataset;
    private readonly DetectionData data;

    public DetectionBatchesTests()
    {
        StreetSceneWriter.WriteKitti(scenes, new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 9);
        foreach (var frame in new[] { "000001", "000004", "000005", "000008" })
        {
            using var tall = RgbImage.Allocate(64, 96);
            File.WriteAllBytes(Path.Combine(scenes, "training", "image_2", frame + ".png"), ImageEncoder.Png(tall));
        }

        dataset = Dataset.Open(scenes);
        data = new DetectionData(TinyFinetune.Images(dataset), new LabelMap(KittiClasses.Default), 0);
    }

    [Fact]
    public void Batches_of_one_aspect_are_full_and_hold_every_frame_that_fills_them()
    {
        var batches = Grouped(new() { Epochs = 2, BatchSize = 2 });

        Assert.Equal((4, 8L), (batches.PerEpoch, batches.Total));
        var steps = Enumerable.Range(0, 8).Select(step => batches.At(step)).ToArray();
        Assert.All(steps, batch => Assert.Equal(2, batch.Count));
        Assert.All(steps, batch => Assert.Single(batch.Select(entry => IsWide(entry.Image)).Distinct()));
        Assert.All(steps.Chunk(4).Select(pass => pass.SelectMany(batch => batch)), (pass, number) =>
        {
            Assert.All(pass, entry => Assert.Equal(number, entry.Pass));
            Assert.Equal(8, pass.Select(entry => entry.Image).Distinct().Count());
        });
    }

    [Fact]
    public void A_run_of_iterations_takes_the_batches_of_one_pass_after_the_other()
    {
        var epochs = Grouped(new() { Epochs = 3, BatchSize = 2 });
        var iterations = Grouped(new() { Iterations = 10, BatchSize = 2 });

        Assert.Equal((4, 10L), (iterations.PerEpoch, iterations.Total));
        Assert.All(Enumerable.Range(0, 10), step => Assert.Equal(epochs.At(step), iterations.At(step)));
        Assert.Equal(epochs.At(2), Grouped(new() { Epochs = 3, BatchSize = 2 }).At(2));
    }

    [Fact]
    public void A_frame_that_fills_up_a_batch_is_told_from_the_first_time()
    {
        // Five wide and four tall frames: of seven a batch, the only one is filled up with its own frames.
        var batch = Grouped(new() { Epochs = 1, BatchSize = 7 }).At(0);

        Assert.Equal(7, batch.Count);
        Assert.Equal([0, 0, 0, 0, 0, 1, 1], batch.Select(entry => entry.Repeat));
        Assert.Equal(batch.Take(2).Select(entry => entry.Image), batch.Skip(5).Select(entry => entry.Image));
    }

    [Fact]
    public void Sizes_are_read_once()
    {
        var batches = Grouped(new() { Epochs = 2, BatchSize = 2 });
        batches.At(0);
        Directory.Delete(Path.Combine(scenes, "training", "image_2"), recursive: true);

        Assert.Equal(2, batches.At(7).Count);
    }

    [Fact]
    public void Fewer_frames_than_a_batch_are_refused_where_batches_are_full()
    {
        var refusal = Assert.Throws<UserErrorException>(() => Grouped(new() { Epochs = 1, BatchSize = 10 })).Message;

        Assert.Contains("the 9 training images do not fill a batch of 10", refusal);
        Assert.Contains("--batch", refusal);
    }

    [Fact]
    public void Runs_of_iterations_go_over_the_ends_of_passes_and_see_every_frame_once_a_pass()
    {
        string[] frames = [.. Enumerable.Range(0, 7).Select(index => $"{index:D6}")];
        var options = TinyFinetune.Options(scenes, "unused");
        var batches = new DetectionBatches(data, frames, options with { Iterations = 14 }, (_, _) => null);
        var seen = Enumerable.Range(0, 14).SelectMany(step => batches.At(step)).ToArray();
        Assert.All(seen.Chunk(7), (pass, number) =>
        {
            Assert.All(pass, entry => Assert.Equal(number, entry.Pass));
            Assert.Equal(frames, pass.Select(entry => entry.Image).Order());
        });

        var epochs = new DetectionBatches(data, frames, options with { Epochs = 3 }, (_, _) => null);
        Assert.Equal([4, 3, 4, 3, 4, 3], Enumerable.Range(0, 6).Select(step => epochs.At(step).Count));
    }

    [Fact]
    public void A_step_of_a_pass_allocates_nothing_that_grows_with_the_number_of_images()
    {
        string[] many = [.. Enumerable.Range(0, 118_000).Select(index => $"{index:D12}")];
        var options = new FinetuneOptions { Data = scenes, Output = "unused", BatchSize = 2 };
        var batches = new DetectionBatches(data, many, options, (_, _) => null);
        batches.At(0);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 1; step < 100; step++)
        {
            batches.At(step);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    public void Dispose()
    {
        data.Dispose();
        Directory.Delete(scenes, recursive: true);
    }

    private bool IsWide(string frame)
    {
        var (width, height) = data.Size(frame);
        return width > height;
    }

    private DetectionBatches Grouped(Lengths lengths) => new(data, dataset.ImageIds, new FinetuneOptions
    {
        Data = scenes,
        Output = "unused",
        Epochs = lengths.Epochs,
        Iterations = lengths.Iterations,
        BatchSize = lengths.BatchSize,
        AspectRatioGroupFactor = 3,
    }, (_, _) => null);

    private sealed record Lengths
    {
        public int Epochs { get; init; } = 1;

        public int? Iterations { get; init; }

        public required int BatchSize { get; init; }
    }
}
