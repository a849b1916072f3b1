namespace Pipeline.Shared.Imaging;

/// <summary>The one list of the names that image files have: every format that <see cref="ImageDecoder"/> reads.</summary>
public static class ImageFormats
{
    private static readonly string[] Names = ["png", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "dib", "gif"];

    /// <summary>For messages: <c>png, jpg, …</c></summary>
    public static string Extensions { get; } = string.Join(", ", Names);

    /// <summary>Whether a file's name ends as an image's does, in letters of any case.</summary>
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
