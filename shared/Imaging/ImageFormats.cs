namespace Pipeline.Shared.Imaging;

/// <summary>The file extensions of all formats that <see cref="ImageDecoder"/> reads.</summary>
public static class ImageFormats
{
    private static readonly string[] Names = ["png", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "dib", "gif"];

    /// <summary>For messages: <c>png, jpg, …</c></summary>
    public static string Extensions { get; } = string.Join(", ", Names);

    /// <summary>Whether a path has the extension of an image, in any case.</summary>
    public static bool HasImageExtension(string path)
    {
        var extension = Path.GetExtension(path.AsSpan()).TrimStart('.');
        foreach (var name in Names)
        {
            if (extension.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
