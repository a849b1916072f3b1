using System.Buffers;
using System.Numerics;

namespace Pipeline.Shared.Imaging;

/// <summary>An 8-bit RGB image, rows from the top, pixels interleaved (HWC), in a pooled buffer.</summary>
public sealed class RgbImage : IDisposable
{
    private byte[]? buffer;

    private RgbImage(int widthPixels, int heightPixels)
    {
        WidthPixels = widthPixels;
        HeightPixels = heightPixels;
        buffer = ArrayPool<byte>.Shared.Rent(checked(3 * widthPixels * heightPixels));
    }

    /// <summary>Width in pixels.</summary>
    public int WidthPixels { get; }

    /// <summary>Height in pixels.</summary>
    public int HeightPixels { get; }

    /// <summary>Bytes R, G, B of each pixel: 3 · width · height.</summary>
    /// <exception cref="ObjectDisposedException">The image was disposed.</exception>
    public Span<byte> Pixels => Memory.Span;

    /// <summary>The memory of <see cref="Pixels"/>, for whoever uses it in place; it must not outlive the image.</summary>
    /// <exception cref="ObjectDisposedException">The image was disposed.</exception>
    public Memory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(buffer is null, this);
            return buffer.AsMemory(0, 3 * WidthPixels * HeightPixels);
        }
    }

    /// <summary>Memory that the image occupies: buffers of the pool are longer than the pixels.</summary>
    public int BufferBytes => buffer?.Length ?? 0;

    /// <summary>Memory that an image of a size will occupy, in bytes.</summary>
    public static long BufferBytesOf(int widthPixels, int heightPixels) => BufferBytesOf((long)widthPixels * heightPixels);

    /// <summary>Memory that an image of so many pixels will occupy, in bytes: buffers of the pool have powers of two.</summary>
    public static long BufferBytesOf(long pixels)
    {
        const long LongestOfPool = 1 << 30;
        var bytes = 3 * pixels;
        return bytes > LongestOfPool ? bytes : (long)BitOperations.RoundUpToPowerOf2((ulong)bytes);
    }

    /// <summary>An image with undefined pixels.</summary>
    public static RgbImage Allocate(int widthPixels, int heightPixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(widthPixels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heightPixels);
        return new RgbImage(widthPixels, heightPixels);
    }

    /// <summary>Returns the buffer to the pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
