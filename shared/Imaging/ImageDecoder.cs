using Pipeline.Shared.Files;
using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>Decodes PNG, JPEG, WebP, BMP and GIF to 8-bit RGB; applies EXIF orientation and blends transparency with black.</summary>
public static class ImageDecoder
{
    private const string Noun = "image file";

    /// <param name="path">The image file.</param>
    /// <param name="limits">Limits; the defaults when null.</param>
    /// <param name="least">How small a JPEG may be decoded; full size when null.</param>
    /// <returns>The image; dispose it.</returns>
    /// <exception cref="ImageException">The file is not an image, is damaged, or exceeds a limit.</exception>
    /// <exception cref="UserErrorException">The file is missing or cannot be read.</exception>
    public static RgbImage DecodeFile(string path, ImageLimits? limits = null, LeastSize? least = null)
    {
        limits ??= new ImageLimits();
        using (var file = InputFile.Open(path, Noun))
        {
            RequireFileLength(path, file.Length, limits);
        }

        return Decode(InputFile.ReadBytes(path, Noun, limits.MaxFileBytes), path, limits, least);
    }

    /// <summary>Width and height in pixels of the decoded image, from its header.</summary>
    /// <exception cref="ImageException">The file is not an image.</exception>
    /// <exception cref="UserErrorException">The file is missing or cannot be read.</exception>
    public static (int WidthPixels, int HeightPixels) ReadSize(string path)
    {
        using var file = InputFile.Open(path, Noun);
        return ImageHeader.ReadSize(path, file, new ImageLimits());
    }

    /// <summary>Checks an image's size from its header, without decoding.</summary>
    /// <param name="path">The image file.</param>
    /// <param name="limits">Limits on the file and the size.</param>
    /// <returns>Width and height in pixels of the decoded image.</returns>
    /// <exception cref="ImageException">The file is not an image, or exceeds a limit.</exception>
    /// <exception cref="UserErrorException">The file is missing or cannot be read.</exception>
    public static (int WidthPixels, int HeightPixels) CheckSize(string path, ImageLimits limits)
    {
        using var file = InputFile.Open(path, Noun);
        RequireFileLength(path, file.Length, limits);
        var size = ImageHeader.ReadSize(path, file, limits);
        ImageHeader.RequireSize(path, size.WidthPixels, size.HeightPixels, limits);
        return size;
    }

    /// <summary>Checks an image's size from its header, without decoding.</summary>
    /// <param name="encoded">The encoded image.</param>
    /// <param name="name">Named in error messages.</param>
    /// <param name="limits">Limits on the file and the size.</param>
    /// <returns>Width and height in pixels of the decoded image.</returns>
    /// <exception cref="ImageException">The bytes are not an image, or exceed a limit.</exception>
    public static (int WidthPixels, int HeightPixels) CheckSize(ArraySegment<byte> encoded, string name, ImageLimits limits)
    {
        RequireFileLength(name, encoded.Count, limits);
        using var stream = new MemoryStream(encoded.Array!, encoded.Offset, encoded.Count, writable: false);
        var size = ImageHeader.ReadSize(name, stream, limits);
        ImageHeader.RequireSize(name, size.WidthPixels, size.HeightPixels, limits);
        return size;
    }

    /// <param name="encoded">The encoded image.</param>
    /// <param name="name">Named in error messages.</param>
    /// <param name="limits">Limits; the defaults when null.</param>
    /// <param name="least">How small a JPEG may be decoded; full size when null.</param>
    /// <returns>The image; dispose it.</returns>
    /// <exception cref="ImageException">The bytes are not an image, are damaged, or exceed a limit.</exception>
    public static RgbImage Decode(ReadOnlyMemory<byte> encoded, string name, ImageLimits? limits = null, LeastSize? least = null)
    {
        limits ??= new ImageLimits();
        RequireFileLength(name, encoded.Length, limits);
        if (encoded.IsEmpty)
        {
            throw new ImageException(ImageProblem.NotAnImage, $"{name}: the file is empty.");
        }

        using var data = SKData.CreateCopy(encoded.Span);
        using var codec = ImageHeader.Require(name, SKCodec.Create(data), encoded.Span, limits);
        using var stream = data.AsStream();
        var origin = ImageHeader.Origin(codec, stream);
        var size = ImageHeader.Size(codec, origin);
        ImageHeader.RequireSize(name, size.WidthPixels, size.HeightPixels, limits);
        if (ImageEnd.Problem(codec.EncodedFormat, encoded.Span, stream) is { } problem)
        {
            throw ImageException.Damaged(name, problem);
        }

        var decoded = least?.Choose(codec) ?? codec.Info.Size;
        var width = decoded.Width;
        var height = decoded.Height;
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw ImageException.Damaged(name, InWords(result));
        }

        return Pack(bitmap.GetPixelSpan(), width, height, origin);
    }

    /// <summary>Memory that decoding needs beside the encoded bytes and the image that it makes, in bytes.</summary>
    /// <param name="pixels">Pixels of the image.</param>
    /// <param name="encodedBytes">Bytes of the encoded image.</param>
    public static long BytesWhileDecoding(long pixels, long encodedBytes)
    {
        const long BytesPerPixel = 4;   // of the codec's bitmap
        return BytesPerPixel * pixels + encodedBytes;   // and a copy of what is decoded
    }

    private static string InWords(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "it ends early",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "its data is damaged",
        _ => "its encoding is not supported",
    };

    private static void RequireFileLength(string name, long bytes, ImageLimits limits)
    {
        if (bytes > limits.MaxFileBytes)
        {
            var message = $"{name}: the file has {bytes:N0} bytes, the limit is {limits.MaxFileBytes:N0}.";
            throw new ImageException(ImageProblem.TooLarge, message);
        }
    }

    private static RgbImage Pack(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin)
    {
        var image = ImageHeader.IsTransposed(origin) ? RgbImage.Allocate(height, width) : RgbImage.Allocate(width, height);
        var (x, y, first) = origin switch
        {
            SKEncodedOrigin.TopRight => (-3, 3 * width, 3 * (width - 1)),
            SKEncodedOrigin.BottomRight => (-3, -3 * width, 3 * (width * height - 1)),
            SKEncodedOrigin.BottomLeft => (3, -3 * width, 3 * width * (height - 1)),
            SKEncodedOrigin.LeftTop => (3 * height, 3, 0),
            SKEncodedOrigin.RightTop => (3 * height, -3, 3 * (height - 1)),
            SKEncodedOrigin.RightBottom => (-3 * height, -3, 3 * (width * height - 1)),
            SKEncodedOrigin.LeftBottom => (-3 * height, 3, 3 * height * (width - 1)),
            _ => (3, 3 * width, 0),
        };
        var pixels = image.Pixels;
        for (int row = 0, source = 0; row < height; row++)
        {
            for (int column = 0, target = first + row * y; column < width; column++, source += 4, target += x)
            {
                pixels[target] = rgba[source];
                pixels[target + 1] = rgba[source + 1];
                pixels[target + 2] = rgba[source + 2];
            }
        }

        return image;
    }
}
