using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Training.Augmentation;

/// <summary>
/// The blur of SimCLR's chain as PyContrast has it: 23 taps, separable, the border mirrored without its own pixel; the result is cut to
/// 8 bit, not rounded.
/// </summary>
internal static class GaussianBlur
{
    private const int Radius = 11;
    private const int Channels = 3;

    /// <summary>In place; HWC.</summary>
    /// <param name="rgb">Both sides must be longer than 11 pixels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="sigma">In pixels.</param>
    public static void Apply(Span<byte> rgb, int height, int width, double sigma)
    {
        if (height <= Radius || width <= Radius)
        {
            throw new ArgumentException($"{width} x {height} pixels are too few for a blur of radius {Radius}.", nameof(rgb));
        }

        Span<float> weights = stackalloc float[Radius + 1];
        var sum = 0.0;
        for (var i = -Radius; i <= Radius; i++)
        {
            sum += Math.Exp(-i * i / (2 * sigma * sigma));
        }

        for (var i = 0; i <= Radius; i++)
        {
            weights[i] = (float)(Math.Exp(-i * i / (2 * sigma * sigma)) / sum);
        }

        var stride = Channels * width;
        var rows = ArrayPool<float>.Shared.Rent((height + 2 * Radius) * stride);
        var padded = ArrayPool<float>.Shared.Rent(stride + 2 * Radius * Channels);
        try
        {
            for (var row = 0; row < height; row++)
            {
                Pad(rgb.Slice(row * stride, stride), width, padded);
                Sum(padded, Channels, weights, rows.AsSpan((row + Radius) * stride, stride));
            }

            for (var row = 1; row <= Radius; row++)
            {
                Row(Radius + row).CopyTo(Row(Radius - row));
                Row(Radius + height - 1 - row).CopyTo(Row(Radius + height - 1 + row));
            }

            var sums = padded.AsSpan(0, stride);
            for (var row = 0; row < height; row++)
            {
                Sum(rows.AsSpan(row * stride, (2 * Radius + 1) * stride), stride, weights, sums);
                Cut(sums, rgb.Slice(row * stride, stride));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rows);
            ArrayPool<float>.Shared.Return(padded);
        }

        Span<float> Row(int row) => rows.AsSpan(row * stride, stride);
    }

    /// <summary>
    /// Weighs the 23 neighbours that are <paramref name="step"/> values apart; the first of the output is at 11 steps of the input.
    /// </summary>
    private static void Sum(ReadOnlySpan<float> input, int step, ReadOnlySpan<float> weights, Span<float> output)
    {
        var middle = Radius * step;
        // the slice proves that every load below lies inside
        ref var start = ref MemoryMarshal.GetReference(input[..(output.Length + 2 * middle)]);
        var at = 0;
        for (; at <= output.Length - Vector256<float>.Count; at += Vector256<float>.Count)
        {
            var sum = weights[0] * Vector256.LoadUnsafe(ref start, (nuint)(middle + at));
            for (var i = 1; i < weights.Length; i++)
            {
                var pair = Vector256.LoadUnsafe(ref start, (nuint)(middle + at - i * step))
                    + Vector256.LoadUnsafe(ref start, (nuint)(middle + at + i * step));
                sum = Vector256.MultiplyAddEstimate(pair, Vector256.Create(weights[i]), sum);
            }

            sum.CopyTo(output[at..]);
        }

        for (; at < output.Length; at++)
        {
            var sum = weights[0] * input[middle + at];
            for (var i = 1; i < weights.Length; i++)
            {
                sum += weights[i] * (input[middle + at - i * step] + input[middle + at + i * step]);
            }

            output[at] = sum;
        }
    }

    private static void Cut(ReadOnlySpan<float> sums, Span<byte> rgb)
    {
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)Math.Min(sums[i] + 1e-4f, 255);   // a whole level must not fall below itself by rounding
        }
    }

    private static void Pad(ReadOnlySpan<byte> row, int width, Span<float> padded)
    {
        for (var i = 0; i < row.Length; i++)
        {
            padded[Channels * Radius + i] = row[i];
        }

        for (var x = 1; x <= Radius; x++)
        {
            for (var channel = 0; channel < Channels; channel++)
            {
                padded[Channels * (Radius - x) + channel] = row[Channels * x + channel];
                padded[Channels * (Radius + width - 1 + x) + channel] = row[Channels * (width - 1 - x) + channel];
            }
        }
    }
}
