using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Datasets;

/// <summary>Names of image files as labels have them.</summary>
internal static class ImageNames
{
    /// <summary>The name without the extension of an image; what follows another dot belongs to the name.</summary>
    public static string WithoutExtension(string name) =>
        ImageFormats.HasImageExtension(name) ? name[..^Path.GetExtension(name).Length] : name;
}
