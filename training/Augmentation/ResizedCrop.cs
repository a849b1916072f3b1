using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Training.Augmentation;

/// <summary>How a pixel is made from its neighbours.</summary>
internal enum Resampling
{
    /// <summary>Triangle of radius 1.</summary>
    Bilinear,

    /// <summary>Cubic of radius 2, a = −0.5.</summary>
    Bicubic,
}

/// <summary>A rectangle of an image in pixels.</summary>
internal readonly record struct CropBox(int Top, int Left, int Height, int Width);

/// <summary>
/// Cuts and resizes 8-bit RGB as Pillow does: separable, the support grows with the shrink factor, each pass in fixed point and rounded
/// to 8 bit.
/// </summary>
internal static class ResizedCrop
{
    private const int PrecisionBits = 22, Half = 1 << (PrecisionBits - 1);
    private const int PairBytes = sizeof(ulong);
    private const int Channels = 3;

    /// <param name="source">HWC.</param>
    /// <param name="sourceWidth">Pixels of a row of the source.</param>
    /// <param name="crop">Inside the source; pixels outside it do not contribute.</param>
    /// <param name="target">HWC, receives <paramref name="height"/> × <paramref name="width"/> pixels.</param>
    /// <param name="height">Rows of the target.</param>
    /// <param name="width">Columns of the target.</param>
    /// <param name="resampling">The filter.</param>
    public static void Resize(
        ReadOnlySpan<byte> source,
        int sourceWidth,
        CropBox crop,
        Span<byte> target,
        int height,
        int width,
        Resampling resampling = Resampling.Bilinear)
    {
        var columns = new Taps(crop.Width, width, resampling);
        var rows = new Taps(crop.Height, height, resampling);
        var between = ArrayPool<byte>.Shared.Rent(crop.Height * width * Channels);
        var row = ArrayPool<byte>.Shared.Rent((crop.Width + 1) * Channels + PairBytes);
        try
        {
            for (var y = 0; y < crop.Height; y++)
            {
                source.Slice(((crop.Top + y) * sourceWidth + crop.Left) * Channels, crop.Width * Channels).CopyTo(row);
                Horizontal(row, between.AsSpan(y * width * Channels, width * Channels), columns);
            }

            Vertical(between, target, width * Channels, height, rows);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(between);
            ArrayPool<byte>.Shared.Return(row);
            columns.Dispose();
            rows.Dispose();
        }
    }

    /// <summary>Two source pixels at a time, their channels side by side in a vector; the row has spare bytes after its end.</summary>
    private static void Horizontal(ReadOnlySpan<byte> from, Span<byte> to, in Taps taps)
    {
        var spread = Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 255, 255, 255, 255, 255, 255, 255, 255);
        for (int x = 0, at = 0; x < taps.Count; x++, at += Channels)
        {
            var weights = taps.PairsOf(x, out var first);
            var sums = Vector256<int>.Zero;
            var offset = first * Channels;
            // the slice proves that every load below lies inside
            ref var start = ref MemoryMarshal.GetReference(from.Slice(offset, weights.Length * Channels + PairBytes));
            for (var i = 0; i < weights.Length; i += 2)
            {
                var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i * Channels))).AsByte();
                var pixels = Vector256.WidenLower(Vector128.WidenLower(Vector128.Shuffle(bytes, spread)).ToVector256Unsafe()).AsInt32();
                sums += pixels * Vector256.Create(Vector128.Create(weights[i]), Vector128.Create(weights[i + 1]));
            }

            var sum = sums.GetLower() + sums.GetUpper() + Vector128.Create(Half);
            to[at] = Clip(sum[0]);
            to[at + 1] = Clip(sum[1]);
            to[at + 2] = Clip(sum[2]);
        }
    }

    private static void Vertical(ReadOnlySpan<byte> from, Span<byte> to, int stride, int height, in Taps taps)
    {
        for (var y = 0; y < height; y++)
        {
            var weights = taps.Of(y, out var first);
            var row = to.Slice(y * stride, stride);
            var x = 0;
            for (; x <= stride - Vector128<byte>.Count; x += Vector128<byte>.Count)
            {
                var low = Vector256.Create(Half);
                var high = Vector256.Create(Half);
                for (int i = 0, offset = first * stride + x; i < weights.Length; i++, offset += stride)
                {
                    var values = Vector256.WidenLower(Vector128.Create(from.Slice(offset, Vector128<byte>.Count)).ToVector256Unsafe());
                    low += Vector256.WidenLower(values).AsInt32() * weights[i];
                    high += Vector256.WidenUpper(values).AsInt32() * weights[i];
                }

                Narrow(low, high).CopyTo(row[x..]);
            }

            for (; x < stride; x++)
            {
                var sum = Half;
                for (int i = 0, offset = first * stride + x; i < weights.Length; i++, offset += stride)
                {
                    sum += from[offset] * weights[i];
                }

                row[x] = Clip(sum);
            }
        }
    }

    private static Vector128<byte> Narrow(Vector256<int> low, Vector256<int> high)
    {
        var most = Vector256.Create(255);
        var first = Vector256.Clamp(low >> PrecisionBits, Vector256<int>.Zero, most);
        var second = Vector256.Clamp(high >> PrecisionBits, Vector256<int>.Zero, most);
        var shorts = Vector256.Narrow(first, second).AsUInt16();
        return Vector128.Narrow(shorts.GetLower(), shorts.GetUpper());
    }

    private static byte Clip(int fixedPoint) => (byte)Math.Clamp(fixedPoint >> PrecisionBits, 0, 255);

    /// <summary>Which source pixels make each target pixel of one axis, and with what fixed-point weight.</summary>
    private readonly ref struct Taps
    {
        private readonly int[] weights, firsts, lengths;
        private readonly int most;

        public Taps(int from, int to, Resampling resampling)
        {
            Count = to;
            var scale = (double)from / to;
            var shrink = Math.Max(1, scale);
            var support = (resampling == Resampling.Bilinear ? 1 : 2) * shrink;
            most = (int)Math.Ceiling(support) * 2 + 2;
            weights = ArrayPool<int>.Shared.Rent(most * to);
            firsts = ArrayPool<int>.Shared.Rent(to);
            lengths = ArrayPool<int>.Shared.Rent(to);
            Span<double> exact = most <= 256 ? stackalloc double[most] : new double[most];
            for (var target = 0; target < to; target++)
            {
                var center = (target + 0.5) * scale;
                var first = Math.Max(0, (int)(center - support + 0.5));
                var length = Math.Min(from, (int)(center + support + 0.5)) - first;
                var sum = 0.0;
                for (var i = 0; i < length; i++)
                {
                    sum += exact[i] = Filter((i + first - center + 0.5) / shrink, resampling);
                }

                for (var i = 0; i < length; i++)
                {
                    weights[target * most + i] = (int)Math.Round(exact[i] / sum * (1 << PrecisionBits), MidpointRounding.AwayFromZero);
                }

                weights[target * most + length] = 0;
                firsts[target] = first;
                lengths[target] = length;
            }
        }

        public int Count { get; }

        public ReadOnlySpan<int> Of(int target, out int first)
        {
            first = firsts[target];
            return weights.AsSpan(target * most, lengths[target]);
        }

        /// <summary>The same, padded with a zero weight to an even number.</summary>
        public ReadOnlySpan<int> PairsOf(int target, out int first)
        {
            first = firsts[target];
            return weights.AsSpan(target * most, (lengths[target] + 1) & ~1);
        }

        public void Dispose()
        {
            ArrayPool<int>.Shared.Return(weights);
            ArrayPool<int>.Shared.Return(firsts);
            ArrayPool<int>.Shared.Return(lengths);
        }

        private static double Filter(double x, Resampling resampling)
        {
            x = Math.Abs(x);
            if (resampling == Resampling.Bilinear)
            {
                return x < 1 ? 1 - x : 0;
            }

            const double A = -0.5;
            if (x < 1)
            {
                return ((A + 2) * x - (A + 3)) * x * x + 1;
            }

            return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
        }
    }
}
