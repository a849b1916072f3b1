namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>How thick lines and how large letters are in a picture of a given size.</summary>
/// <param name="OutlinePixels">Width of a box's outline.</param>
/// <param name="CasingPixels">Width of the dark edge on either side of an outline.</param>
/// <param name="TextPixels">Size of the letters.</param>
internal readonly record struct DrawingSizes(int OutlinePixels, int CasingPixels, float TextPixels)
{
    private const float SmallestReadableText = 11;

    /// <summary>Sizes that look alike when pictures are shown equally wide; never so large that a narrow picture is covered.</summary>
    public static DrawingSizes Of(int widthPixels, int heightPixels)
    {
        var longer = Math.Max(widthPixels, heightPixels);
        var shorter = Math.Min(widthPixels, heightPixels);
        var outline = Math.Min(MathF.Round(longer / 620f), MathF.Round(shorter / 60f));
        var text = Math.Min(longer / 85f, shorter / 8f);
        return new DrawingSizes(
            OutlinePixels: Math.Max(1, (int)outline),
            CasingPixels: Math.Max(1, (int)outline / 2),
            TextPixels: Math.Max(SmallestReadableText, text));
    }
}
