namespace Pipeline.Shared.Geometry;

/// <summary>Whether a labelled box lies inside its image; <c>docs/data.md</c> says how each case is treated.</summary>
public static class ImageBorder
{
    /// <summary>Allows for rounding in labelling tools.</summary>
    private const float TolerancePixels = 1;

    /// <summary>Whether no part of the box is inside the image.</summary>
    public static bool IsOutside(in Box box, int widthPixels, int heightPixels) =>
        box.X2 <= 0 || box.Y2 <= 0 || box.X1 >= widthPixels || box.Y1 >= heightPixels;

    /// <summary>Whether the box extends more than a pixel beyond the image.</summary>
    public static bool Exceeds(in Box box, int widthPixels, int heightPixels) =>
        box.X1 < -TolerancePixels || box.Y1 < -TolerancePixels
        || box.X2 > widthPixels + TolerancePixels || box.Y2 > heightPixels + TolerancePixels;
}
