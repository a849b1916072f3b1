using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>What an image's header says: its format, its size, and how it is to be turned.</summary>
internal static class ImageHeader
{
    /// <param name="name">Named in messages.</param>
    /// <param name="codec">What the decoder made of the header; null when it knows no such format.</param>
    /// <returns>The codec.</returns>
    /// <exception cref="ImageException">The file is no image of a format that is read.</exception>
    public static SKCodec Require(string name, SKCodec? codec)
    {
        if (codec is not null && IsSupported(codec.EncodedFormat))
        {
            return codec;
        }

        codec?.Dispose();
        throw new ImageException(ImageProblem.NotAnImage, $"{name}: this is not a PNG, JPEG, WebP, BMP or GIF image.");
    }

    /// <summary>Where the first pixel belongs by the camera's EXIF data.</summary>
    /// <param name="codec">Has read the header.</param>
    /// <param name="file">The encoded image; another stream than the one that the codec goes on reading.</param>
    public static SKEncodedOrigin Origin(SKCodec codec, Stream file) =>
        codec.EncodedFormat == SKEncodedImageFormat.Png ? PngChunks.Read(file).Origin : codec.EncodedOrigin;

    /// <summary>Width and height as the image is decoded.</summary>
    public static (int WidthPixels, int HeightPixels) Size(SKCodec codec, SKEncodedOrigin origin)
    {
        var width = codec.Info.Width;
        var height = codec.Info.Height;
        return IsTransposed(origin) ? (height, width) : (width, height);
    }

    /// <param name="name">Named in messages.</param>
    /// <param name="file">The encoded image; nothing is decoded.</param>
    /// <returns>Width and height as the image would be decoded.</returns>
    /// <exception cref="ImageException">The file is no image of a format that is read.</exception>
    public static (int WidthPixels, int HeightPixels) ReadSize(string name, Stream file)
    {
        using var codec = Require(name, SKCodec.Create(file));
        return Size(codec, Origin(codec, file));
    }

    /// <summary>Whether rows become columns.</summary>
    public static bool IsTransposed(SKEncodedOrigin origin) =>
        origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    private static bool IsSupported(SKEncodedImageFormat format) =>
        format is SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif;
}
