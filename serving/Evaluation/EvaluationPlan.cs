using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Serving.Inference;

namespace Pipeline.Serving.Evaluation;

/// <summary>What the plan knows of an image before it is decoded.</summary>
/// <param name="Id">Its id.</param>
/// <param name="WidthPixels">Width from its header.</param>
/// <param name="HeightPixels">Height from its header.</param>
/// <param name="FileBytes">Length of its file.</param>
internal readonly record struct PlannedImage(string Id, int WidthPixels, int HeightPixels, long FileBytes);

/// <summary>One execution.</summary>
/// <param name="Number">Its place in the plan, from 0.</param>
/// <param name="WidthPixels">Width of all its images.</param>
/// <param name="HeightPixels">Height of all its images.</param>
/// <param name="Images">Indices of its images among those of the run.</param>
internal sealed record PlannedBatch(int Number, int WidthPixels, int HeightPixels, IReadOnlyList<int> Images)
{
    /// <summary>Pixels of all its images.</summary>
    public long Pixels => (long)WidthPixels * HeightPixels * Images.Count;
}

/// <summary>
/// All executions of an evaluation, decided from the headers before the first one: images of one size, in their order, in chunks. A shard
/// and a resumed run leave out whole batches, so every process executes exactly these, and rounds as every other does. The largest images
/// come first: ONNX Runtime's memory has its final size at once, and images that do not fit in memory are noticed in the beginning.
/// </summary>
/// <param name="Batches">In the order of execution.</param>
/// <param name="Sha256">Digest of the images and of how they are put together.</param>
internal sealed record EvaluationPlan(IReadOnlyList<PlannedBatch> Batches, string Sha256)
{
    /// <param name="images">All images of the run.</param>
    /// <param name="batchSize">Most images in one execution; large images are fewer.</param>
    public static EvaluationPlan Of(IReadOnlyList<PlannedImage> images, int batchSize)
    {
        var sizes = Enumerable.Range(0, images.Count)
            .GroupBy(index => (Width: images[index].WidthPixels, Height: images[index].HeightPixels))
            .OrderByDescending(group => (long)group.Key.Width * group.Key.Height)
            .ThenByDescending(group => group.Key.Width);
        var batches = new List<PlannedBatch>();
        foreach (var size in sizes)
        {
            var most = ImageTensor.MostImages(3L * size.Key.Width * size.Key.Height, batchSize);
            foreach (var chunk in size.Chunk(most))
            {
                batches.Add(new PlannedBatch(batches.Count, size.Key.Width, size.Key.Height, chunk));
            }
        }

        return new EvaluationPlan(batches, Digest(images, batches));
    }

    /// <summary>
    /// The batches of a shard, in the order of execution: each batch, the largest first, goes to the shard that has the fewest pixels.
    /// </summary>
    /// <param name="shard">The shard; null: all batches.</param>
    public IReadOnlyList<PlannedBatch> OfShard(EvaluationShard? shard)
    {
        if (shard is null)
        {
            return Batches;
        }

        var pixels = new PriorityQueue<int, (long Pixels, int Shard)>();
        pixels.EnqueueRange(Enumerable.Range(0, shard.Count).Select(index => (index, (0L, index))));
        var own = new List<PlannedBatch>();
        foreach (var batch in Batches.OrderByDescending(batch => batch.Pixels).ThenBy(batch => batch.Number))
        {
            pixels.TryDequeue(out var index, out var load);
            pixels.Enqueue(index, (load.Pixels + batch.Pixels, index));
            if (index == shard.Index)
            {
                own.Add(batch);
            }
        }

        return [.. own.OrderBy(batch => batch.Number)];
    }

    private static string Digest(IReadOnlyList<PlannedImage> images, List<PlannedBatch> batches)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var image in images)
        {
            Append(hash, $"{image.Id}\0{image.WidthPixels} {image.HeightPixels} {image.FileBytes}\n");
        }

        foreach (var batch in batches)
        {
            Append(hash, $"{string.Join(' ', batch.Images)}\n");
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, FormattableString line) =>
        hash.AppendData(Encoding.UTF8.GetBytes(line.ToString(CultureInfo.InvariantCulture)));
}
