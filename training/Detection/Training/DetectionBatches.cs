using Pipeline.Shared;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Data;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Training;

/// <summary>An image of a batch.</summary>
/// <param name="Image">Its id.</param>
/// <param name="Pass">The pass over the images that it belongs to, from 0.</param>
/// <param name="Repeat">How often the pass had the image before: it fills up a batch of its group; from 0.</param>
internal readonly record struct ChosenImage(string Image, long Pass, int Repeat = 0);

/// <summary>Batches of labelled images in random order, mirrored and resized; a batch depends only on seed and step.</summary>
internal sealed class DetectionBatches
{
    private readonly DetectionData data;
    private readonly IReadOnlyList<string> images;
    private readonly FinetuneOptions options;
    private readonly Func<(int Height, int Width), int?, (int Height, int Width)?> loadedSize;
    private readonly PassOrder order;
    private readonly Lazy<int[]> groups;
    private readonly ColorJitter? jitter;
    private volatile GroupedPass? latest;

    /// <param name="data">The images.</param>
    /// <param name="images">Those to learn from.</param>
    /// <param name="options">Seed, batch and changes of the images.</param>
    /// <param name="loadedSize">
    /// The size for an image's 8-bit pixels, from its own and the shorter side that was chosen; null leaves them.
    /// </param>
    /// <exception cref="UserErrorException">Batches are grouped by aspect, and the images do not fill one.</exception>
    public DetectionBatches(
        DetectionData data,
        IReadOnlyList<string> images,
        FinetuneOptions options,
        Func<(int Height, int Width), int?, (int Height, int Width)?> loadedSize)
    {
        RequireFullBatch(options, images.Count);
        this.data = data;
        this.images = images;
        this.options = options;
        this.loadedSize = loadedSize;
        order = new PassOrder(options.Seed, images.Count);
        groups = new Lazy<int[]>(Groups);
        jitter = options.ColorJitter > 0 ? new ColorJitter(options.ColorJitter, options.ColorJitter, options.ColorJitter, 0) : null;
        PerEpoch = IsGrouped ? images.Count / options.BatchSize : (images.Count + options.BatchSize - 1) / options.BatchSize;
    }

    /// <summary>Steps in which every image is seen about once: an epoch.</summary>
    public int PerEpoch { get; }

    /// <summary>Steps of the whole run.</summary>
    public long Total => options.Length.Steps(PerEpoch);

    private bool IsGrouped => options.AspectRatioGroupFactor > 0;

    /// <summary>Batches that are grouped by aspect are all full; some images must fill at least one.</summary>
    /// <exception cref="UserErrorException">They do not.</exception>
    public static void RequireFullBatch(FinetuneOptions options, int images)
    {
        if (options.AspectRatioGroupFactor > 0 && images < options.BatchSize)
        {
            throw new UserErrorException(
                $"batchSize: the {images} training images do not fill a batch of {options.BatchSize}, and batches that are grouped "
                + "by aspect are always full; choose a smaller --batch, or set aspectRatioGroupFactor to 0.");
        }
    }

    /// <summary>The batches from a step on to the end of its epoch, made on worker threads.</summary>
    public IEnumerable<DetectionBatch> ToEndOfEpoch(long step)
    {
        var end = Math.Min(Total, (step / PerEpoch + 1) * PerEpoch);
        return Prefetch.InOrder((int)(end - step), options.Workers, index => Load(step + index));
    }

    /// <summary>
    /// Images of a step. In a run of epochs the last batch of each may be smaller; in a run of iterations batches go over the ends.
    /// Batches that are grouped by aspect are full and end with their pass in both.
    /// </summary>
    internal IReadOnlyList<ChosenImage> At(long step)
    {
        if (IsGrouped)
        {
            return Grouped(step);
        }

        if (options.Iterations is null)
        {
            var (pass, batch) = Math.DivRem(step, PerEpoch);
            var places = order.Of(pass);
            var chosen = places.Skip((int)batch * options.BatchSize).Take(options.BatchSize);
            return [.. chosen.Select(index => new ChosenImage(images[index], pass))];
        }

        return OverTheEnds(step * options.BatchSize);
    }

    /// <summary>A batch that begins at a place of all passes one after the other.</summary>
    private IReadOnlyList<ChosenImage> OverTheEnds(long first)
    {
        var positions = Enumerable.Range(0, options.BatchSize).Select(index => Math.DivRem(first + index, images.Count));
        return
        [
            .. positions.GroupBy(position => position.Quotient).SelectMany(pass =>
            {
                var places = order.Of(pass.Key);
                return pass.Select(position => new ChosenImage(images[places[position.Remainder]], pass.Key));
            }),
        ];
    }

    private IReadOnlyList<ChosenImage> Grouped(long step)
    {
        var (number, batch) = Math.DivRem(step, PerEpoch);
        var pass = latest;
        if (pass?.Number != number)
        {
            pass = new GroupedPass(number, MakePass(number));
            latest = pass;
        }

        return pass.Batches[(int)batch];
    }

    private IReadOnlyList<ChosenImage>[] MakePass(long number)
    {
        var times = new int[images.Count];
        return
        [
            .. GroupedBatches.Of(order.Of(number), groups.Value, options.BatchSize).Select(batch =>
                batch.Select(index => new ChosenImage(images[index], number, times[index]++)).ToArray()),
        ];
    }

    private int[] Groups()
    {
        var bounds = AspectGroups.Bounds(options.AspectRatioGroupFactor);
        var sizes = images.Select(data.Size);
        return [.. sizes.Select(size => AspectGroups.Of(size.WidthPixels, size.HeightPixels, bounds))];
    }

    private DetectionBatch Load(long step)
    {
        var chosen = At(step);
        int[]? sizes = options.MinSizesPixels.Count == 0 ? null : [.. chosen.Select(ShorterSide)];
        var loaded = chosen.Select((entry, i) => Load(entry, sizes?[i])).ToArray();
        return new DetectionBatch(
            [.. chosen.Select(entry => entry.Image)],
            [.. loaded.Select(sample => PinnedMemory.For(options.Device, sample.Image))],
            [.. loaded.Select(sample => sample.Target)],
            sizes);
    }

    private (Tensor Image, DetectionTarget Target) Load(ChosenImage chosen, int? shorter)
    {
        var flip = options.HorizontalFlip && Random("flip", chosen).NextDouble() < 0.5;
        var colors = jitter?.Draw(Random("colour", chosen));   // the name of a stream decides its numbers: another would change every run
        return data.Load(chosen.Image, flip, colors, size => loadedSize(size, shorter));
    }

    private int ShorterSide(ChosenImage chosen) =>
        options.MinSizesPixels[Random("scale", chosen).NextInt(options.MinSizesPixels.Count)];

    /// <summary>A stream of its own for each image, pass and repeat.</summary>
    private RandomNumbers Random(string purpose, ChosenImage chosen)
    {
        var again = chosen.Repeat == 0 ? "" : $"/{chosen.Repeat}";
        return new RandomNumbers((ulong)options.Seed, $"{purpose}/{chosen.Image}{again}", (ulong)chosen.Pass);
    }

    /// <summary>The batches of a pass, kept while its steps need them.</summary>
    private sealed record GroupedPass(long Number, IReadOnlyList<ChosenImage>[] Batches);
}
