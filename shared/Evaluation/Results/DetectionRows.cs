using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>
/// Collects detections in the order of a file and gives them by image. A row takes 48 bytes in blocks that never move, and 64 in the
/// result; a block is dropped as soon as its rows are placed.
/// </summary>
/// <param name="areSides">Whether boxes are corner and sides (COCO), not two corners (KITTI).</param>
internal sealed class DetectionRows(bool areSides)
{
    private const int BlockRows = 1 << 14;

    private readonly List<Row[]?> blocks = [];
    private int inLast = BlockRows;

    /// <summary>How many there are.</summary>
    public int Count => blocks.Count == 0 ? 0 : ((blocks.Count - 1) * BlockRows) + inLast;

    /// <exception cref="UserErrorException">There are more than an array holds.</exception>
    public void Add(int image, int label, in ExactBox box, double score)
    {
        if (inLast == BlockRows)
        {
            Grow();
        }

        blocks[^1]![inLast] = new Row(
            Image: image,
            Class: label,
            X: box.X1,
            Y: box.Y1,
            Third: areSides ? box.Width : box.X2,
            Fourth: areSides ? box.Height : box.Y2,
            Score: score);
        inLast++;
    }

    /// <summary>The detections by image, and within one in their order; the rows are gone afterwards.</summary>
    /// <param name="images">Number of images.</param>
    public ImmutableArray<FoundObject> ByImage(int images)
    {
        var found = new FoundObject[Count];
        var next = Starts(images);
        for (var block = 0; block < blocks.Count; block++)
        {
            foreach (ref readonly var row in Used(block))
            {
                found[next[row.Image]] = ToObject(row);
                next[row.Image]++;
            }

            blocks[block] = null;
        }

        blocks.Clear();
        inLast = BlockRows;
        return ImmutableCollectionsMarshal.AsImmutableArray(found);
    }

    private void Grow()
    {
        if (Count > Array.MaxLength - BlockRows)
        {
            throw new UserErrorException($"there are more than {Count:N0} detections; measure parts of the images with --split.");
        }

        blocks.Add(new Row[BlockRows]);
        inLast = 0;
    }

    private int[] Starts(int images)
    {
        var starts = new int[images + 1];
        for (var block = 0; block < blocks.Count; block++)
        {
            foreach (ref readonly var row in Used(block))
            {
                starts[row.Image + 1]++;
            }
        }

        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        return starts;
    }

    private ReadOnlySpan<Row> Used(int block) => blocks[block].AsSpan(0, block == blocks.Count - 1 ? inLast : BlockRows);

    private FoundObject ToObject(in Row row)
    {
        var box = areSides
            ? ExactBox.FromSides(row.X, row.Y, row.Third, row.Fourth)
            : ExactBox.FromCorners(row.X, row.Y, row.Third, row.Fourth);
        return new FoundObject(row.Image, row.Class, box, row.Score);
    }

    private readonly record struct Row(int Image, int Class, double X, double Y, double Third, double Fourth, double Score);
}
