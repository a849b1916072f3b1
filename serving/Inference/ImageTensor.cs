using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Inference;

/// <summary>
/// The input of an execution: uint8 [N, H, W, 3]. A single image is used where it lies; several are copied once, into a buffer of the
/// pool.
/// </summary>
internal sealed class ImageTensor : IDisposable
{
    /// <summary>Most bytes of the images of a batch; a single image may have more.</summary>
    internal const long MaxBatchBytes = 256_000_000;

    private readonly byte[]? stacked;

    /// <param name="images">At least one image, all of one size; they must not be disposed before the tensor.</param>
    public ImageTensor(IReadOnlyList<RgbImage> images)
    {
        var first = images[0];
        long[] shape = [images.Count, first.HeightPixels, first.WidthPixels, 3];
        Memory<byte> pixels;
        if (images.Count == 1)
        {
            pixels = first.Memory;
        }
        else
        {
            stacked = ArrayPool<byte>.Shared.Rent(checked(images.Count * first.Pixels.Length));
            pixels = Stack(images, stacked);
        }

        Bytes = pixels.Length;
        Value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels, shape);
    }

    /// <summary>What the session takes.</summary>
    public OrtValue Value { get; }

    /// <summary>Bytes of all its pixels.</summary>
    public long Bytes { get; }

    /// <summary>How many images of a size a batch may hold.</summary>
    /// <param name="imageBytes">Bytes of one.</param>
    /// <param name="wanted">How many it should hold.</param>
    public static int MostImages(long imageBytes, int wanted) => (int)Math.Clamp(MaxBatchBytes / imageBytes, 1, wanted);

    /// <inheritdoc />
    public void Dispose()
    {
        Value.Dispose();
        if (stacked is not null)
        {
            ArrayPool<byte>.Shared.Return(stacked);
        }
    }

    private static Memory<byte> Stack(IReadOnlyList<RgbImage> images, byte[] buffer)
    {
        var filled = 0;
        for (var index = 0; index < images.Count; index++)
        {
            var pixels = images[index].Pixels;
            pixels.CopyTo(buffer.AsSpan(filled));
            filled += pixels.Length;
        }

        return buffer.AsMemory(0, filled);
    }
}
