using System.Buffers;
using System.ComponentModel.DataAnnotations;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Imaging;

namespace Pipeline.Training.Augmentation;

/// <summary>How an image is cut into patches; the defaults are InfoMin's.</summary>
public sealed record JigsawOptions : IRelatedOptions
{
    /// <summary>Side of the crop that is cut.</summary>
    [Range(12, 3072)] public int CropSizePixels { get; init; } = 255;

    /// <summary>Side of a patch, at most a third of the crop's.</summary>
    [Range(4, 1024)] public int PatchSizePixels { get; init; } = 64;

    /// <summary>Smallest share of the image's area that the crop shows.</summary>
    [Range(0.01, 1)] public double MinScale { get; init; } = 0.6;

    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        var cell = CropSizePixels / JigsawPatches.Grid;
        if (PatchSizePixels > cell)
        {
            yield return new("patchSizePixels", $"{PatchSizePixels} does not fit into a third of cropSizePixels, {cell}.");
        }
    }
}

/// <summary>
/// The patches of an image for the jigsaw branch: crop, flip, cut; no change of colour (Misra and van der Maaten 2020; PyContrast).
/// </summary>
internal sealed class JigsawAugmentation(JigsawOptions options)
{
    private readonly RandomResizedCrop crop = new(options.MinScale, 1);
    private readonly JigsawPatches patches = new(options.CropSizePixels, options.PatchSizePixels);

    /// <summary>Numbers that <see cref="Render"/> writes.</summary>
    public int Length => JigsawPatches.Grid * JigsawPatches.Grid * 3 * options.PatchSizePixels * options.PatchSizePixels;

    /// <summary>How small an image may be decoded for these patches.</summary>
    public LeastSize LeastImage => crop.LeastImage(options.CropSizePixels);

    /// <param name="image">The image.</param>
    /// <param name="random">The image's own stream.</param>
    /// <param name="normalized">Receives 9 · 3 · patch · patch numbers, each patch CHW, row by row of the grid.</param>
    public void Render(RgbImage image, RandomNumbers random, Span<float> normalized)
    {
        var size = options.CropSizePixels;
        var patch = options.PatchSizePixels;
        var rentedCrop = ArrayPool<byte>.Shared.Rent(3 * size * size);
        var rentedPatches = ArrayPool<byte>.Shared.Rent(Length);
        try
        {
            var pixels = rentedCrop.AsSpan(0, 3 * size * size);
            ResizedCrop.Resize(
                image.Pixels, image.WidthPixels, crop.Choose(image.HeightPixels, image.WidthPixels, random), pixels, size, size);
            if (random.Chance(0.5))
            {
                HorizontalFlip.Apply(pixels, size);
            }

            patches.Cut(pixels, patches.Draw(random), rentedPatches);
            var length = 3 * patch * patch;
            for (var at = 0; at < Length; at += length)
            {
                Normalization.Apply(rentedPatches.AsSpan(at, length), normalized.Slice(at, length));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rentedCrop);
            ArrayPool<byte>.Shared.Return(rentedPatches);
        }
    }
}
