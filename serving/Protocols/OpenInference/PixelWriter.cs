using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>Fills images of one size with the elements of a tensor [N, H, W, 3], one after the other.</summary>
/// <param name="images">The images.</param>
internal sealed class PixelWriter(IReadOnlyList<RgbImage> images)
{
    private readonly int imageBytes = images[0].Pixels.Length;
    private int image;
    private int offset;

    /// <summary>Elements that the images take.</summary>
    public long Elements => (long)images.Count * imageBytes;

    /// <summary>Elements written so far.</summary>
    public long Written => ((long)image * imageBytes) + offset;

    /// <summary>Writes the next element.</summary>
    public void Write(byte value)
    {
        images[image].Pixels[offset] = value;
        Advance(1);
    }

    /// <summary>Writes the next elements.</summary>
    public void Write(ReadOnlySpan<byte> values)
    {
        while (values.Length > 0)
        {
            var count = Math.Min(values.Length, imageBytes - offset);
            values[..count].CopyTo(images[image].Pixels[offset..]);
            values = values[count..];
            Advance(count);
        }
    }

    private void Advance(int count)
    {
        offset += count;
        if (offset == imageBytes)
        {
            offset = 0;
            image++;
        }
    }
}
