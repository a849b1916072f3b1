namespace Pipeline.Training.Tests.Onnx;

/// <summary>Pictures of any size, as the exported model takes them.</summary>
internal static class EdgeCasePictures
{
    /// <summary>Name of the picture that is all black.</summary>
    public const string Black = "black";

    /// <summary>Name of the picture that is all white.</summary>
    public const string White = "white";

    private const int MostDrawnPixels = 512;

    /// <summary>One of a color, or one that a formula draws; the pixels of a large one are squares.</summary>
    /// <returns>Bytes of [height, width, 3].</returns>
    public static byte[] Rgb(string name, int height, int width)
    {
        var picture = new byte[height * width * 3];
        if (name is Black or White)
        {
            picture.AsSpan().Fill(name == White ? byte.MaxValue : byte.MinValue);
            return picture;
        }

        var square = (Math.Max(height, width) + MostDrawnPixels - 1) / MostDrawnPixels;
        var drawnWidth = (width + square - 1) / square;
        var drawn = FormulaPicture.Rgb(name, (height + square - 1) / square, drawnWidth);
        for (var i = 0; i < picture.Length; i++)
        {
            var row = i / (3 * width) / square;
            var column = i / 3 % width / square;
            picture[i] = drawn[(row * drawnWidth + column) * 3 + i % 3];
        }

        return picture;
    }
}
