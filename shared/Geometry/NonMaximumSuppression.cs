using System.Buffers;
using System.Numerics;

namespace Pipeline.Shared.Geometry;

/// <summary>Greedy non-maximum suppression: removes a box whose IoU with a better one, in float32, exceeds the threshold.</summary>
/// <remarks>
/// Equal to torchvision's CPU kernel (<c>ops/nms</c>); equal scores keep their order. Every box is compared with the better boxes that
/// were kept, up to the first that suppresses it.
/// </remarks>
public static class NonMaximumSuppression
{
    private const int Planes = 5;

    /// <param name="boxes">Boxes in any order.</param>
    /// <param name="scores">One score per box; NaN is not allowed.</param>
    /// <param name="iouThreshold">Overlap above which the worse box is removed; at least 0.</param>
    /// <param name="kept">Receives the indices of the kept boxes in descending order of score, as many as it has room for.</param>
    /// <returns>Number of kept boxes.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static int Run(ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, float iouThreshold, Span<int> kept)
    {
        var count = boxes.Length;
        if (scores.Length != count)
        {
            throw new ArgumentException($"{count} boxes and {scores.Length} scores do not match.");
        }

        var room = Math.Min(count, kept.Length);
        if (room == 0)
        {
            return 0;
        }

        var keys = ArrayPool<ulong>.Shared.Rent(count);
        var planes = ArrayPool<float>.Shared.Rent(Planes * room);
        try
        {
            SortByDescendingScore(scores, keys.AsSpan(0, count));
            return Suppress(boxes, keys.AsSpan(0, count), planes, iouThreshold, kept[..room]);
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(keys);
            ArrayPool<float>.Shared.Return(planes);
        }
    }

    /// <summary>The sort key is (descending score, ascending index): the index in the low half breaks ties.</summary>
    private static void SortByDescendingScore(ReadOnlySpan<float> scores, Span<ulong> keys)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(scores[i] + 0f);
            var ascending = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
            keys[i] = ((ulong)~ascending << 32) | (uint)i;
        }

        keys.Sort();
    }

    private static int Suppress(ReadOnlySpan<Box> boxes, ReadOnlySpan<ulong> keys, Span<float> planes, float iouThreshold, Span<int> kept)
    {
        var room = kept.Length;
        var x1 = planes[..room];
        var y1 = planes.Slice(room, room);
        var x2 = planes.Slice(2 * room, room);
        var y2 = planes.Slice(3 * room, room);
        var areas = planes.Slice(4 * room, room);
        var count = 0;
        foreach (var key in keys)
        {
            var source = (int)(uint)key;
            ref readonly var box = ref boxes[source];
            var better = new BoxPlanes(x1[..count], y1[..count], x2[..count], y2[..count], areas[..count]);
            if (better.AnyOverlaps(box, iouThreshold))
            {
                continue;
            }

            x1[count] = box.X1;
            y1[count] = box.Y1;
            x2[count] = box.X2;
            y2[count] = box.Y2;
            areas[count] = box.Area;
            kept[count] = source;
            count++;
            if (count == room)
            {
                break;
            }
        }

        return count;
    }

    /// <summary>Boxes with one array per coordinate, so that several are compared at once.</summary>
    private readonly ref struct BoxPlanes(
        ReadOnlySpan<float> x1, ReadOnlySpan<float> y1, ReadOnlySpan<float> x2, ReadOnlySpan<float> y2, ReadOnlySpan<float> areas)
    {
        private readonly ReadOnlySpan<float> x1 = x1;
        private readonly ReadOnlySpan<float> y1 = y1;
        private readonly ReadOnlySpan<float> x2 = x2;
        private readonly ReadOnlySpan<float> y2 = y2;
        private readonly ReadOnlySpan<float> areas = areas;

        public bool AnyOverlaps(in Box box, float iouThreshold)
        {
            var left = new Vector<float>(box.X1);
            var top = new Vector<float>(box.Y1);
            var right = new Vector<float>(box.X2);
            var bottom = new Vector<float>(box.Y2);
            var area = new Vector<float>(box.Area);
            var threshold = new Vector<float>(iouThreshold);
            var i = 0;
            for (; i <= x1.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var width = Vector.Min(right, At(x2, i)) - Vector.Max(left, At(x1, i));
                var height = Vector.Min(bottom, At(y2, i)) - Vector.Max(top, At(y1, i));
                if (!Vector.GreaterThanAny(Vector.Min(width, height), Vector<float>.Zero))
                {
                    continue;   // none of them touches the box
                }

                var intersection = Vector.Max(Vector<float>.Zero, width) * Vector.Max(Vector<float>.Zero, height);
                if (Vector.GreaterThanAny(intersection / (area + At(areas, i) - intersection), threshold))
                {
                    return true;
                }
            }

            for (; i < x1.Length; i++)
            {
                var width = Math.Max(0, Math.Min(box.X2, x2[i]) - Math.Max(box.X1, x1[i]));
                var height = Math.Max(0, Math.Min(box.Y2, y2[i]) - Math.Max(box.Y1, y1[i]));
                var intersection = width * height;
                if (intersection / (box.Area + areas[i] - intersection) > iouThreshold)
                {
                    return true;
                }
            }

            return false;
        }

        private static Vector<float> At(ReadOnlySpan<float> values, int index) => Vector.LoadUnsafe(in values[index]);
    }
}
