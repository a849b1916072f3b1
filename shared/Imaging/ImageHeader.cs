using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>An image's format, size and orientation, from its header.</summary>
internal static class ImageHeader
{
    /// <summary>In a JPEG, EXIF data and color profiles of some hundred kilobytes can precede the size.</summary>
    private const int BeginningBytes = 1 << 20;

    private const string BadHeader = "its header is cut off, damaged, or of an unsupported kind";

    /// <param name="name">Named in error messages.</param>
    /// <param name="codec">The decoder's codec; null when it could not read the header.</param>
    /// <param name="beginning">The first bytes of the file, or all of them.</param>
    /// <param name="limits">The limits beyond which an input is refused.</param>
    /// <returns>The codec.</returns>
    /// <exception cref="ImageException">The file is not an image of a supported format, is damaged, or exceeds a limit.</exception>
    public static SKCodec Require(string name, SKCodec? codec, ReadOnlySpan<byte> beginning, ImageLimits limits)
    {
        if (codec is not null && IsSupported(codec.EncodedFormat))
        {
            return codec;
        }

        codec?.Dispose();
        throw Unreadable(name, beginning, limits);
    }

    /// <summary>Where the first pixel belongs according to EXIF data.</summary>
    /// <param name="codec">The codec of the image.</param>
    /// <param name="file">The encoded image; not the stream from which the codec reads.</param>
    public static SKEncodedOrigin Origin(SKCodec codec, Stream file) =>
        codec.EncodedFormat == SKEncodedImageFormat.Png ? PngChunks.Read(file).Origin : codec.EncodedOrigin;

    /// <summary>Width and height in pixels of the decoded image.</summary>
    public static (int WidthPixels, int HeightPixels) Size(SKCodec codec, SKEncodedOrigin origin)
    {
        var width = codec.Info.Width;
        var height = codec.Info.Height;
        return IsTransposed(origin) ? (height, width) : (width, height);
    }

    /// <param name="name">Named in error messages.</param>
    /// <param name="file">The encoded image; nothing is decoded.</param>
    /// <param name="limits">Limits for a size that the decoder refuses to read.</param>
    /// <returns>Width and height in pixels of the decoded image.</returns>
    /// <exception cref="ImageException">The file is not an image, is damaged, or has a size that cannot be decoded.</exception>
    public static (int WidthPixels, int HeightPixels) ReadSize(string name, Stream file, ImageLimits limits)
    {
        using var stream = new SKManagedStream(file, disposeManagedStream: false);
        using var codec = SKCodec.Create(stream);
        if (codec is null || !IsSupported(codec.EncodedFormat))
        {
            throw Unreadable(name, ReadBeginning(file), limits);
        }

        return Size(codec, Origin(codec, file));
    }

    /// <param name="name">Named in error messages.</param>
    /// <param name="widthPixels">Width in the header.</param>
    /// <param name="heightPixels">Height in the header.</param>
    /// <param name="limits">Limits on the size.</param>
    /// <exception cref="ImageException">The size exceeds a limit.</exception>
    public static void RequireSize(string name, long widthPixels, long heightPixels, ImageLimits limits)
    {
        var longer = Math.Max(widthPixels, heightPixels);
        if (longer <= limits.MaxDimensionPixels && widthPixels * heightPixels <= limits.MaxPixels)
        {
            return;
        }

        var found = $"the header says {widthPixels} x {heightPixels} pixels";
        var allowed = $"the limits are {limits.MaxDimensionPixels} per side and {limits.MaxPixels:N0} in total";
        throw new ImageException(ImageProblem.TooLarge, $"{name}: {found}; {allowed}.");
    }

    /// <summary>Whether the orientation turns rows into columns.</summary>
    public static bool IsTransposed(SKEncodedOrigin origin) =>
        origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    /// <summary>Why the decoder cannot read a file, from the format and size in its first bytes.</summary>
    private static ImageException Unreadable(string name, ReadOnlySpan<byte> beginning, ImageLimits limits)
    {
        if (ImageSignature.Read(beginning) is not { } format)
        {
            return new ImageException(ImageProblem.NotAnImage, $"{name}: this is not a PNG, JPEG, WebP, BMP or GIF image.");
        }

        if (AnnouncedSize.Read(format, beginning) is not { } size)
        {
            return ImageException.Damaged(name, BadHeader);
        }

        if (size.WidthPixels == 0)
        {
            return ImageException.Damaged(name, "its header says that it is 0 pixels wide");
        }

        if (size.HeightPixels == 0)
        {
            return ImageException.Damaged(name, "its header says that it is 0 pixels high");
        }

        RequireSize(name, size.WidthPixels, size.HeightPixels, limits);
        return ImageException.Damaged(name, BadHeader);
    }

    private static byte[] ReadBeginning(Stream file)
    {
        file.Position = 0;
        var beginning = new byte[Math.Min(file.Length, BeginningBytes)];
        var count = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        return beginning[..count];
    }

    private static bool IsSupported(SKEncodedImageFormat format) =>
        format is SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif;
}
