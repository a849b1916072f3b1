namespace Pipeline.Shared.Imaging;

/// <summary>Why an image was refused.</summary>
public enum ImageProblem
{
    /// <summary>The bytes are not an image of a known format.</summary>
    NotAnImage,

    /// <summary>The image ends early or is damaged.</summary>
    Truncated,

    /// <summary>The file, a side or the area exceeds a limit.</summary>
    TooLarge,
}

/// <summary>An image was refused.</summary>
/// <param name="problem">Why.</param>
/// <param name="message">What is wrong, where, and what to do.</param>
public sealed class ImageException(ImageProblem problem, string message) : UserErrorException(message)
{
    /// <summary>Why.</summary>
    public ImageProblem Problem => problem;

    /// <param name="name">The image, for the message.</param>
    /// <param name="reason">The damage.</param>
    internal static ImageException Damaged(string name, string reason) =>
        new(ImageProblem.Truncated, $"{name}: the image is damaged or ends early ({reason}).");
}

/// <summary>Limits that are checked from the header, before decoding.</summary>
public sealed record ImageLimits
{
    /// <summary>Largest number of pixels of an image.</summary>
    public long MaxPixels { get; init; } = 64_000_000;

    /// <summary>Longest side in pixels.</summary>
    public int MaxDimensionPixels { get; init; } = 16_384;

    /// <summary>Largest encoded file in bytes.</summary>
    public long MaxFileBytes { get; init; } = 128_000_000;
}
