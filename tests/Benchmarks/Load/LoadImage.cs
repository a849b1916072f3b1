using Pipeline.Shared.Imaging;

namespace Pipeline.Benchmarks.Load;

/// <summary>An image of the load: its pixels, as a raw session takes them, and the requests that carry it.</summary>
/// <param name="WidthPixels">Width in pixels.</param>
/// <param name="HeightPixels">Height in pixels.</param>
/// <param name="Pixels">RGB, uint8 [H, W, 3].</param>
/// <param name="Encoded">The image as a PNG file.</param>
internal sealed record LoadImage(int WidthPixels, int HeightPixels, byte[] Pixels, byte[] Encoded)
{
    private const int Squares = 60;

    /// <summary>Images of these sizes with squares of a seeded choice, so that every detector finds something to reject.</summary>
    /// <param name="sizes">Sizes as <c>WIDTHxHEIGHT</c>, separated by commas.</param>
    /// <param name="seed">Chooses the squares.</param>
    public static LoadImage[] OfSizes(string sizes, int seed)
    {
        var random = new Random(seed);
        return [.. sizes.Split(',').Select(size => Draw(size, random))];
    }

    private static LoadImage Draw(string size, Random random)
    {
        var sides = size.Split('x').Select(int.Parse).ToArray();
        using var image = RgbImage.Allocate(sides[0], sides[1]);
        image.Pixels.Fill(128);
        for (var square = 0; square < Squares; square++)
        {
            Fill(image, random);
        }

        return new LoadImage(sides[0], sides[1], image.Pixels.ToArray(), ImageEncoder.Png(image));
    }

    private static void Fill(RgbImage image, Random random)
    {
        var side = Math.Min(random.Next(8, 120), Math.Min(image.WidthPixels, image.HeightPixels));
        var left = random.Next(image.WidthPixels - side + 1);
        var top = random.Next(image.HeightPixels - side + 1);
        Span<byte> color = stackalloc byte[3];
        random.NextBytes(color);
        for (var row = top; row < top + side; row++)
        {
            var line = image.Pixels.Slice(3 * ((row * image.WidthPixels) + left), 3 * side);
            for (var index = 0; index < line.Length; index++)
            {
                line[index] = color[index % 3];
            }
        }
    }
}
