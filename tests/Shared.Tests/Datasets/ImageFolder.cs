using Pipeline.Shared.Datasets;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Datasets;

/// <summary>A temporary folder of small images and text files, for tests of data formats.</summary>
internal sealed class ImageFolder : IDisposable
{
    public const int WidthPixels = 100, HeightPixels = 80;

    private static readonly byte[] Png = BlackImage();

    public string Root { get; } = Directory.CreateTempSubdirectory("images").FullName;

    public string At(string relative) => Path.Combine(Root, relative);

    /// <summary>Writes images of 100 × 80 pixels; the extension does not matter to the decoder.</summary>
    public ImageFolder Images(params string[] relatives)
    {
        foreach (var relative in relatives)
        {
            Bytes(relative, Png);
        }

        return this;
    }

    public ImageFolder Text(string relative, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(relative))!);
        File.WriteAllText(At(relative), text);
        return this;
    }

    public ImageFolder Bytes(string relative, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(relative))!);
        File.WriteAllBytes(At(relative), content);
        return this;
    }

    public ImageFolder Link(string relative, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(relative))!);
        File.CreateSymbolicLink(At(relative), target);
        return this;
    }

    /// <summary>The labels of an image of a data set in this folder.</summary>
    public static ImageLabels Read(Dataset dataset, string id) => dataset.Read(dataset.Image(id), WidthPixels, HeightPixels);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static byte[] BlackImage()
    {
        using var image = RgbImage.Allocate(WidthPixels, HeightPixels);
        image.Pixels.Clear();
        return ImageEncoder.Png(image);
    }
}
