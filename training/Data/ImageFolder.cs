using Pipeline.Shared;

namespace Pipeline.Training.Data;

/// <summary>Unlabelled images: every image file below a folder, at any depth.</summary>
internal static class ImageFolder
{
    private static readonly HashSet<string> Extensions = new([".png", ".jpg", ".jpeg", ".webp", ".bmp"], StringComparer.OrdinalIgnoreCase);

    /// <returns>Paths in ordinal order.</returns>
    /// <exception cref="UserErrorException">The folder is missing or holds no image.</exception>
    public static IReadOnlyList<string> List(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException($"{folder}: there is no such folder of images.");
        }

        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new UserErrorException($"{folder}: there is no image in it or below it; {string.Join(", ", Extensions)} are read.");
    }
}
