using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>
/// How small an image may be decoded: a JPEG can be decoded at one to six eighths of its sides, by transforming its blocks of 8 × 8 to
/// smaller ones. Other formats are decoded at full size.
/// </summary>
/// <param name="Pixels">Smallest area of the result.</param>
/// <param name="SidePixels">Smallest shorter side of the result.</param>
public sealed record LeastSize(double Pixels, int SidePixels)
{
    /// <summary>Seven eighths take as long as the whole image.</summary>
    private const int MostEighths = 6;

    private const int Eighths = 8;

    /// <summary>The smallest size at which an image can be decoded and that is large enough.</summary>
    /// <param name="codec">The codec of the image.</param>
    /// <returns>Width and height before orientation; the full size where the image is not a JPEG or is already small.</returns>
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
