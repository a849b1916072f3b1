using System.Buffers;

namespace Pipeline.Training.Augmentation;

/// <summary>The blur of SimCLR's chain as PyContrast has it: 23 taps, separable, the border mirrored without its own pixel; the result is cut to 8 bit, not rounded.</summary>
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

        var between = ArrayPool<float>.Shared.Rent(rgb.Length);
        try
        {
            var stride = Channels * width;
            for (var row = 0; row < height; row++)
            {
                for (var x = 0; x < width; x++)
                {
                    for (var channel = 0; channel < Channels; channel++)
                    {
                        var value = weights[0] * rgb[row * stride + Channels * x + channel];
                        for (var i = 1; i <= Radius; i++)
                        {
                            value += weights[i] * (rgb[row * stride + Channels * Mirror(x - i, width) + channel] + rgb[row * stride + Channels * Mirror(x + i, width) + channel]);
                        }

                        between[row * stride + Channels * x + channel] = value;
                    }
                }
            }

            for (var row = 0; row < height; row++)
            {
                for (var x = 0; x < stride; x++)
                {
                    var value = weights[0] * between[row * stride + x];
                    for (var i = 1; i <= Radius; i++)
                    {
                        value += weights[i] * (between[Mirror(row - i, height) * stride + x] + between[Mirror(row + i, height) * stride + x]);
                    }

                    rgb[row * stride + x] = (byte)Math.Clamp(value + 1e-4f, 0, 255);   // a whole level must not fall below itself by rounding
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(between);
        }
    }

    private static int Mirror(int place, int length) => place < 0 ? -place : place >= length ? 2 * (length - 1) - place : place;
}
