using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>Decodes PNG, JPEG, WebP, BMP and GIF to 8-bit RGB; EXIF orientation is applied, transparent pixels are laid on black.</summary>
public static class ImageDecoder
{
    /// <param name="path">The image file.</param>
    /// <param name="limits">What is refused; the defaults when null.</param>
    /// <returns>The image; dispose it.</returns>
    /// <exception cref="ImageException">The file is no image, is damaged, or is over a limit.</exception>
    /// <exception cref="UserErrorException">The file is missing.</exception>
    public static RgbImage DecodeFile(string path, ImageLimits? limits = null)
    {
        limits ??= new ImageLimits();
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new UserErrorException($"{path}: there is no such image file.");
        }

        if (file.Length > limits.MaxFileBytes)
        {
            throw new ImageException(ImageProblem.TooLarge, $"{path}: the file has {file.Length:N0} bytes, the limit is {limits.MaxFileBytes:N0}.");
        }

        return Decode(File.ReadAllBytes(path), path, limits);
    }

    /// <summary>Width and height of an image in pixels, from its header; as it will be decoded.</summary>
    /// <exception cref="ImageException">The file is no image.</exception>
    /// <exception cref="UserErrorException">The file is missing.</exception>
    public static (int WidthPixels, int HeightPixels) ReadSize(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException($"{path}: there is no such image file.");
        }

        using var codec = SKCodec.Create(path) ?? throw new ImageException(ImageProblem.NotAnImage, $"{path}: this is not a PNG, JPEG, WebP, BMP or GIF image.");
        return IsTransposed(codec.EncodedOrigin) ? (codec.Info.Height, codec.Info.Width) : (codec.Info.Width, codec.Info.Height);
    }

    /// <param name="encoded">The encoded image.</param>
    /// <param name="name">Named in messages.</param>
    /// <param name="limits">What is refused; the defaults when null.</param>
    /// <returns>The image; dispose it.</returns>
    /// <exception cref="ImageException">The bytes are no image, are damaged, or are over a limit.</exception>
    public static RgbImage Decode(ReadOnlyMemory<byte> encoded, string name, ImageLimits? limits = null)
    {
        limits ??= new ImageLimits();
        if (encoded.Length > limits.MaxFileBytes)
        {
            throw new ImageException(ImageProblem.TooLarge, $"{name}: the image has {encoded.Length:N0} bytes, the limit is {limits.MaxFileBytes:N0}.");
        }

        using var data = SKData.CreateCopy(encoded.Span);
        using var codec = SKCodec.Create(data)
            ?? throw new ImageException(ImageProblem.NotAnImage, $"{name}: this is not a PNG, JPEG, WebP, BMP or GIF image.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width > limits.MaxDimensionPixels || height > limits.MaxDimensionPixels || (long)width * height > limits.MaxPixels)
        {
            throw new ImageException(
                ImageProblem.TooLarge, $"{name}: the header says {width} x {height} pixels; the limits are {limits.MaxDimensionPixels} a side and {limits.MaxPixels:N0} in all.");
        }

        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw new ImageException(ImageProblem.Truncated, $"{name}: the image is damaged or ends early ({result}).");
        }

        return Pack(bitmap.GetPixelSpan(), width, height, codec.EncodedOrigin);
    }

    private static bool IsTransposed(SKEncodedOrigin origin) => origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    private static RgbImage Pack(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin)
    {
        var image = IsTransposed(origin) ? RgbImage.Allocate(height, width) : RgbImage.Allocate(width, height);
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
