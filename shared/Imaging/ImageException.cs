namespace Pipeline.Shared.Imaging;

/// <summary>Why an image was refused.</summary>
public enum ImageProblem
{
    /// <summary>The bytes are no image of a known format.</summary>
    NotAnImage,

    /// <summary>The image ends early or is damaged.</summary>
    Truncated,

    /// <summary>The file, a side or the area is over a limit.</summary>
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
    /// <param name="reason">What is wrong with it.</param>
    internal static ImageException Damaged(string name, string reason) =>
        new(ImageProblem.Truncated, $"{name}: the image is damaged or ends early ({reason}).");
}

/// <summary>What is refused from the header, before anything is decoded.</summary>
public sealed record ImageLimits
{
    /// <summary>Most pixels of an image.</summary>
    public long MaxPixels { get; init; } = 64_000_000;

    /// <summary>Longest side in pixels.</summary>
    public int MaxDimensionPixels { get; init; } = 16_384;

    /// <summary>Largest encoded file in bytes.</summary>
    public long MaxFileBytes { get; init; } = 128_000_000;
}
