using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Shared.Geometry;

/// <summary>Greedy non-maximum suppression: a box goes when its IoU with a better one, in float32, is greater than the threshold.</summary>
/// <remarks>Equal to torchvision's CPU kernel (<c>ops/nms</c>); equal scores keep their order.</remarks>
public static class NonMaximumSuppression
{
    /// <param name="boxes">Boxes in any order.</param>
    /// <param name="scores">One score a box; NaN is not allowed.</param>
    /// <param name="iouThreshold">Overlap above which the worse box goes.</param>
    /// <param name="kept">Receives the indices of the kept boxes, by falling score; as long as <paramref name="boxes"/>.</param>
    /// <returns>How many were kept.</returns>
    public static int Run(ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, float iouThreshold, Span<int> kept) =>
        RunBatched(boxes, scores, [], iouThreshold, kept);

    /// <summary>As <see cref="Run"/>, but boxes of different groups (classes, levels) never suppress each other.</summary>
    /// <param name="boxes">Boxes in any order.</param>
    /// <param name="scores">One score a box.</param>
    /// <param name="groups">One group a box, or empty for a single group.</param>
    /// <param name="iouThreshold">Overlap above which the worse box goes.</param>
    /// <param name="kept">Receives the indices of the kept boxes, by falling score.</param>
    /// <returns>How many were kept.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static int RunBatched(ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> groups, float iouThreshold, Span<int> kept)
    {
        var count = boxes.Length;
        if (scores.Length != count || kept.Length < count || (groups.Length != 0 && groups.Length != count))
        {
            throw new ArgumentException($"{count} boxes, {scores.Length} scores, {groups.Length} groups and room for {kept.Length} results do not fit together.");
        }

        if (count == 0)
        {
            return 0;
        }

        // The sort key is (falling score, rising index): the index in the low half breaks ties.
        var keys = ArrayPool<ulong>.Shared.Rent(count);
        var planes = ArrayPool<float>.Shared.Rent(6 * count);
        var flags = ArrayPool<int>.Shared.Rent(count);
        try
        {
            SortByFallingScore(scores, keys.AsSpan(0, count));
            Gather(boxes, groups, keys.AsSpan(0, count), planes, count);
            return Suppress(keys.AsSpan(0, count), planes, flags.AsSpan(0, count), iouThreshold, kept);
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(keys);
            ArrayPool<float>.Shared.Return(planes);
            ArrayPool<int>.Shared.Return(flags);
        }
    }

    private static void SortByFallingScore(ReadOnlySpan<float> scores, Span<ulong> keys)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(scores[i] + 0f);
            var rising = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
            keys[i] = ((ulong)~rising << 32) | (uint)i;
        }

        keys.Sort();
    }

    private static void Gather(ReadOnlySpan<Box> boxes, ReadOnlySpan<int> groups, ReadOnlySpan<ulong> keys, Span<float> planes, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var source = (int)(uint)keys[i];
            ref readonly var box = ref boxes[source];
            planes[i] = box.X1;
            planes[count + i] = box.Y1;
            planes[2 * count + i] = box.X2;
            planes[3 * count + i] = box.Y2;
            planes[4 * count + i] = box.Area;
            planes[5 * count + i] = BitConverter.Int32BitsToSingle(groups.IsEmpty ? 0 : groups[source]);
        }
    }

    private static int Suppress(ReadOnlySpan<ulong> keys, ReadOnlySpan<float> planes, Span<int> suppressed, float iouThreshold, Span<int> kept)
    {
        var count = keys.Length;
        suppressed.Clear();
        ReadOnlySpan<float> x1 = planes[..count], y1 = planes.Slice(count, count), x2 = planes.Slice(2 * count, count),
            y2 = planes.Slice(3 * count, count), area = planes.Slice(4 * count, count);
        var group = MemoryMarshal.Cast<float, int>(planes.Slice(5 * count, count));
        var keptCount = 0;
        for (var i = 0; i < count; i++)
        {
            if (suppressed[i] != 0)
            {
                continue;
            }

            kept[keptCount++] = (int)(uint)keys[i];
            var j = i + 1;
            var (left, top, right, bottom) = (new Vector<float>(x1[i]), new Vector<float>(y1[i]), new Vector<float>(x2[i]), new Vector<float>(y2[i]));
            var (ownArea, threshold, ownGroup) = (new Vector<float>(area[i]), new Vector<float>(iouThreshold), new Vector<int>(group[i]));
            for (; j <= count - Vector<float>.Count; j += Vector<float>.Count)
            {
                var width = Vector.Max(Vector<float>.Zero, Vector.Min(right, new Vector<float>(x2[j..])) - Vector.Max(left, new Vector<float>(x1[j..])));
                var height = Vector.Max(Vector<float>.Zero, Vector.Min(bottom, new Vector<float>(y2[j..])) - Vector.Max(top, new Vector<float>(y1[j..])));
                var intersection = width * height;
                var overlap = intersection / (ownArea + new Vector<float>(area[j..]) - intersection);
                var mask = Vector.GreaterThan(overlap, threshold) & Vector.Equals(ownGroup, new Vector<int>(group[j..]));
                (mask | new Vector<int>(suppressed[j..])).CopyTo(suppressed[j..]);
            }

            for (; j < count; j++)
            {
                var width = Math.Max(0, Math.Min(x2[i], x2[j]) - Math.Max(x1[i], x1[j]));
                var height = Math.Max(0, Math.Min(y2[i], y2[j]) - Math.Max(y1[i], y1[j]));
                var intersection = width * height;
                if (group[i] == group[j] && intersection / (area[i] + area[j] - intersection) > iouThreshold)
                {
                    suppressed[j] = -1;
                }
            }
        }

        return keptCount;
    }
}
