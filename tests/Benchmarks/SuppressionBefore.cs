using System.Numerics;
using System.Runtime.InteropServices;
using Pipeline.Shared.Geometry;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks;

/// <summary>The suppression before it was parallel, to measure against: one image after the other, and every kept box compared with all worse ones of all levels.</summary>
internal static class SuppressionBefore
{
    public static long[] OneImage(Tensor boxes, Tensor scores, Tensor groups, SuppressionRule rule)
    {
        using var scope = NewDisposeScope();
        var packed = cat([boxes, scores.unsqueeze(1), groups.unsqueeze(1).to(float32)], 1).contiguous();
        var rows = MemoryMarshal.Cast<byte, Candidate>(packed.bytes);
        var candidates = new Box[rows.Length];
        var values = new float[rows.Length];
        var classes = new int[rows.Length];
        var sources = new long[rows.Length];
        var count = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var row = ref rows[i];
            if (rule.Keeps(row.Box, row.Score))
            {
                candidates[count] = row.Box;
                values[count] = row.Score;
                classes[count] = (int)row.Group;
                sources[count] = i;
                count++;
            }
        }

        var keys = new ulong[count];
        var planes = new float[6 * count];
        var kept = new int[count];
        SortByFallingScore(values.AsSpan(0, count), keys);
        Gather(candidates, classes, keys, planes, count);
        var keptCount = Suppress(keys, planes, new int[count], (float)rule.IouThreshold, kept);
        return [.. kept.Take(Math.Min(keptCount, rule.TopN)).Select(index => sources[index])];
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
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Candidate(Box Box, float Score, float Group);
}
