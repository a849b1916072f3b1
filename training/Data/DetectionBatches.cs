using Pipeline.Shared;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Detection;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Data;

/// <summary>One batch for a step; tensors are on the CPU.</summary>
/// <param name="Frames">The frames' ids, for messages.</param>
/// <param name="Images">uint8 [3, H, W] each.</param>
/// <param name="Targets">Objects in pixels of each image.</param>
/// <param name="MinSizesPixels">The shorter side that was chosen for each image; null: the detector's.</param>
internal sealed record DetectionBatch(IReadOnlyList<string> Frames, IReadOnlyList<Tensor> Images, IReadOnlyList<DetectionTarget> Targets, IReadOnlyList<int>? MinSizesPixels)
    : ITrainingBatch<DetectionBatch>
{
    /// <inheritdoc />
    public int Count => Images.Count;

    /// <inheritdoc />
    public string Description => $"the frames {string.Join(", ", Frames)}";

    /// <inheritdoc />
    public IEnumerable<DetectionBatch> Split(int parts)
    {
        var size = (Count + parts - 1) / parts;
        for (var first = 0; first < Count; first += size)
        {
            var range = first..Math.Min(first + size, Count);
            yield return new DetectionBatch(
                [.. Frames.Take(range)],
                [.. Images.Take(range)],
                [.. Targets.Take(range)],
                MinSizesPixels?.Take(range).ToList());
        }
    }

    public void Dispose()
    {
        foreach (var image in Images)
        {
            image.Dispose();
        }

        foreach (var target in Targets)
        {
            target.Dispose();
        }
    }
}

/// <summary>Batches of labelled frames in random order, mirrored and resized; what a batch holds depends on seed and step alone.</summary>
/// <param name="data">The frames.</param>
/// <param name="frames">Those to learn from.</param>
/// <param name="options">Seed, batch and changes of the images.</param>
/// <param name="loadedSize">The size for an image's 8-bit pixels, from its own and the shorter side that was chosen; null leaves them.</param>
internal sealed class DetectionBatches(
    KittiTrainingData data,
    IReadOnlyList<string> frames,
    FinetuneOptions options,
    Func<(int Height, int Width), int?, (int Height, int Width)?> loadedSize)
{
    private readonly Lazy<bool[]> wide = new(() => [.. frames.Select(data.IsWide)]);
    private readonly ColorJitter? jitter = options.ColorJitter > 0 ? new(options.ColorJitter, options.ColorJitter, options.ColorJitter, 0) : null;

    /// <summary>Steps in which every frame is seen about once: an epoch.</summary>
    public int PerEpoch { get; } = (frames.Count + options.BatchSize - 1) / options.BatchSize;

    /// <summary>Steps of the whole run.</summary>
    public long Total => options.Iterations ?? (long)PerEpoch * options.Epochs;

    /// <summary>The batches from a step on to the end of its epoch, made on worker threads.</summary>
    public IEnumerable<DetectionBatch> ToEndOfEpoch(long step)
    {
        var end = Math.Min(Total, (step / PerEpoch + 1) * PerEpoch);
        return Prefetch.InOrder((int)(end - step), options.Workers, index => Load(step + index));
    }

    /// <summary>Frames of a step with the pass they belong to. In a run of epochs the last batch of each may be smaller; in a run of iterations batches go over the ends.</summary>
    internal IReadOnlyList<(string Frame, long Pass)> At(long step)
    {
        if (options.Iterations is null)
        {
            var (pass, batch) = Math.DivRem(step, PerEpoch);
            var order = Order(pass);
            return [.. order.Skip((int)batch * options.BatchSize).Take(options.BatchSize).Select(index => (frames[index], pass))];
        }

        var first = step * options.BatchSize;
        return [.. Enumerable.Range(0, options.BatchSize).Select(index => Math.DivRem(first + index, frames.Count)).GroupBy(position => position.Quotient).SelectMany(pass =>
        {
            var order = Order(pass.Key);
            return pass.Select(position => (frames[order[position.Remainder]], pass.Key));
        })];
    }

    private int[] Order(long pass)
    {
        var order = new RandomNumbers((ulong)options.Seed, "order", (ulong)pass).Permutation(frames.Count);
        return options.GroupByAspect ? Grouped(order) : order;
    }

    /// <summary>Frames of one shape form batches in their order; what is left of each shape comes last.</summary>
    private int[] Grouped(int[] order)
    {
        var (grouped, waiting) = (new List<int>(order.Length), new Dictionary<bool, List<int>> { [true] = [], [false] = [] });
        foreach (var index in order)
        {
            var same = waiting[wide.Value[index]];
            same.Add(index);
            if (same.Count == options.BatchSize)
            {
                grouped.AddRange(same);
                same.Clear();
            }
        }

        return [.. grouped, .. waiting[true], .. waiting[false]];
    }

    private DetectionBatch Load(long step)
    {
        var chosen = At(step);
        int[]? sizes = options.MinSizesPixels.Count == 0 ? null
            : [.. chosen.Select(entry => options.MinSizesPixels[new RandomNumbers((ulong)options.Seed, "scale/" + entry.Frame, (ulong)entry.Pass).NextInt(options.MinSizesPixels.Count)])];
        var loaded = chosen.Select((entry, i) =>
        {
            var flip = options.HorizontalFlip && new RandomNumbers((ulong)options.Seed, "flip/" + entry.Frame, (ulong)entry.Pass).NextDouble() < 0.5;
            var colours = jitter?.Draw(new RandomNumbers((ulong)options.Seed, "colour/" + entry.Frame, (ulong)entry.Pass));
            return data.Load(entry.Frame, flip, colours, size => loadedSize(size, sizes?[i]));
        }).ToArray();
        return new DetectionBatch([.. chosen.Select(entry => entry.Frame)], [.. loaded.Select(sample => PinnedMemory.For(options.Device, sample.Image))], [.. loaded.Select(sample => sample.Target)], sizes);
    }
}
