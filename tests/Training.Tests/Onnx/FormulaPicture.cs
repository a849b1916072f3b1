using Pipeline.Golden;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>Pictures that a formula draws, as the exported model takes them.</summary>
internal static class FormulaPicture
{
    /// <returns>Bytes of [height, width, 3].</returns>
    public static byte[] Rgb(string name, int height, int width)
    {
        var planar = GoldenFormula.ImageBytes(name, height, width);
        return [.. Enumerable.Range(0, planar.Length).Select(i => planar[i % 3 * height * width + i / 3])];
    }
}
