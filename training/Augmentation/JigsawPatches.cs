using Pipeline.Shared;

namespace Pipeline.Training.Augmentation;

/// <summary>
/// Nine patches of a crop, each at a random place of its cell in a 3 × 3 grid (Noroozi and Favaro 2016; PyContrast's
/// <c>JigsawCrop</c>).
/// </summary>
/// <param name="cropSizePixels">Side of the crop; a cell is a third of it, rounded down.</param>
/// <param name="patchSizePixels">Side of a patch, at most a cell's.</param>
internal sealed class JigsawPatches(int cropSizePixels, int patchSizePixels)
{
    /// <summary>Cells of a side.</summary>
    public const int Grid = 3;

    private readonly int cell = cropSizePixels / Grid;

    /// <summary>Where each patch begins in its cell, row by row; x, y in pixels.</summary>
    public (int X, int Y)[] Draw(RandomNumbers random)
    {
        var room = cell - patchSizePixels + 1;
        return [.. Enumerable.Range(0, Grid * Grid).Select(_ => (random.NextInt(room), random.NextInt(room)))];
    }

    /// <summary>Copies the patches, one after the other.</summary>
    /// <param name="crop">HWC.</param>
    /// <param name="offsets">From <see cref="Draw"/>.</param>
    /// <param name="patches">HWC each.</param>
    public void Cut(ReadOnlySpan<byte> crop, ReadOnlySpan<(int X, int Y)> offsets, Span<byte> patches)
    {
        var rowBytes = 3 * patchSizePixels;
        for (var patch = 0; patch < offsets.Length; patch++)
        {
            var top = patch / Grid * cell + offsets[patch].Y;
            var left = patch % Grid * cell + offsets[patch].X;
            for (var row = 0; row < patchSizePixels; row++)
            {
                crop.Slice(3 * ((top + row) * cropSizePixels + left), rowBytes)
                    .CopyTo(patches[((patch * patchSizePixels + row) * rowBytes)..]);
            }
        }
    }
}
