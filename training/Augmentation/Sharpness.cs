using System.Buffers;

namespace Pipeline.Training.Augmentation;

/// <summary>Sharpens or smooths 8-bit RGB as Pillow's <c>ImageEnhance.Sharpness</c> does.</summary>
internal static class Sharpness
{
    private const int Channels = 3;

    /// <summary>Blends with the image smoothed by (1 1 1, 1 5 1, 1 1 1) / 13, whose border is the image's own. In place; HWC.</summary>
    public static void Adjust(Span<byte> rgb, int height, int width, double factor)
    {
        var rented = ArrayPool<byte>.Shared.Rent(rgb.Length);
        try
        {
            var source = rented.AsSpan(0, rgb.Length);
            rgb.CopyTo(source);
            var stride = Channels * width;
            var strength = (float)factor;
            for (var row = 1; row < height - 1; row++)
            {
                var above = source.Slice((row - 1) * stride, stride);
                var here = source.Slice(row * stride, stride);
                var below = source.Slice((row + 1) * stride, stride);
                var target = rgb.Slice(row * stride, stride);
                for (var x = Channels; x < stride - Channels; x++)
                {
                    var sum = above[x - 3] + above[x] + above[x + 3] + here[x - 3] + 5 * here[x] + here[x + 3] + below[x - 3] + below[x]
                        + below[x + 3];
                    target[x] = ColorJitter.Blend((byte)((2 * sum + 13) / 26), here[x], strength);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
