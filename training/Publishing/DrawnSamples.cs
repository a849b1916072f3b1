using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Publishing;

/// <summary>Street scenes of several sizes, drawn where a user names no images, so that there is always something to compare.</summary>
internal sealed class DrawnSamples : IDisposable
{
    private const int GreyScene = 2;

    private static readonly (int Width, int Height)[] Sizes = [(384, 128), (640, 480), (256, 256), (180, 320), (97, 61)];

    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-samples").FullName;

    /// <param name="maxSidePixels">Longest side that the model takes.</param>
    public DrawnSamples(int maxSidePixels)
    {
        Samples = new SampleImages($"{Sizes.Length} drawn scenes", [.. Sizes.Select((size, index) =>
        {
            var path = Path.Combine(folder, $"scene{index}.png");
            AtomicFile.Write(path, Draw(Math.Min(size.Width, maxSidePixels), Math.Min(size.Height, maxSidePixels), index));
            return new SampleImage(Path.GetFileName(path), path, Labels: null);
        })]);
    }

    /// <summary>The scenes; their files go when this is disposed.</summary>
    public SampleImages Samples { get; }

    /// <summary>Removes their files.</summary>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static byte[] Draw(int width, int height, int index)
    {
        var options = new StreetSceneOptions { WidthPixels = width, HeightPixels = height };
        using var image = StreetScenes.Draw(options, index).Image;
        if (index == GreyScene)
        {
            TurnGrey(image.Pixels);
        }

        return ImageEncoder.Png(image);
    }

    private static void TurnGrey(Span<byte> pixels)
    {
        for (var first = 0; first < pixels.Length; first += 3)
        {
            var grey = (byte)((pixels[first] + pixels[first + 1] + pixels[first + 2]) / 3);
            pixels[first..(first + 3)].Fill(grey);
        }
    }
}
