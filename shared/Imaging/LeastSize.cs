using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>
/// How small an image may be decoded: a JPEG can be read at one to six eighths of its sides, for which its blocks of 8 × 8 are
/// transformed to smaller ones. Other formats are read as they are.
/// </summary>
/// <param name="Pixels">Least area that is left.</param>
/// <param name="SidePixels">Least shorter side that is left.</param>
public sealed record LeastSize(double Pixels, int SidePixels)
{
    /// <summary>Seven eighths take as long as the whole image.</summary>
    private const int Eighths = 8, MostEighths = 6;

    /// <summary>The smallest size that an image can be decoded in and that leaves so much.</summary>
    /// <param name="codec">Has read the header.</param>
    /// <returns>Width and height as they are stored; the image's own where it is no JPEG, or is small already.</returns>
    internal SKSizeI Choose(SKCodec codec)
    {
        var whole = codec.Info.Size;
        if (codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
        {
            return whole;
        }

        for (var eighths = 1; eighths <= MostEighths; eighths++)
        {
            var size = codec.GetScaledDimensions((float)eighths / Eighths);
            if (Allows(size.Width, size.Height))
            {
                return size;
            }
        }

        return whole;
    }

    /// <summary>Whether an image of this size is large enough.</summary>
    public bool Allows(int widthPixels, int heightPixels) =>
        (double)widthPixels * heightPixels >= Pixels && Math.Min(widthPixels, heightPixels) >= SidePixels;

    /// <summary>What is enough for both.</summary>
    public LeastSize And(LeastSize other) => new(Math.Max(Pixels, other.Pixels), Math.Max(SidePixels, other.SidePixels));
}
