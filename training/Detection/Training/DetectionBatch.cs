using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Training;

/// <summary>One batch for a step; tensors are on the CPU.</summary>
/// <param name="Ids">The images' ids, for messages.</param>
/// <param name="Images">uint8 [3, H, W] each.</param>
/// <param name="Targets">Objects in pixels of each image.</param>
/// <param name="MinSizesPixels">The shorter side that was chosen for each image; null: the detector's.</param>
internal sealed record DetectionBatch(
    IReadOnlyList<string> Ids,
    IReadOnlyList<Tensor> Images,
    IReadOnlyList<DetectionTarget> Targets,
    IReadOnlyList<int>? MinSizesPixels)
    : ITrainingBatch<DetectionBatch>
{
    /// <inheritdoc />
    public int Count => Images.Count;

    /// <inheritdoc />
    public string Description => $"the images {string.Join(", ", Ids)}";

    /// <inheritdoc />
    public IEnumerable<DetectionBatch> Split(int parts)
    {
        var size = (Count + parts - 1) / parts;
        for (var first = 0; first < Count; first += size)
        {
            var range = first..Math.Min(first + size, Count);
            yield return new DetectionBatch(
                [.. Ids.Take(range)],
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
