namespace Pipeline.Shared.Geometry;

/// <summary>How a labelled box lies to its image; <c>docs/data.md</c> tells what becomes of it.</summary>
public static class ImageBorder
{
    /// <summary>Rounding in a labelling tool is no defect.</summary>
    private const float TolerancePixels = 1;

    /// <summary>Whether no part of the box is in the image.</summary>
    public static bool IsOutside(in Box box, int widthPixels, int heightPixels) =>
        box.X2 <= 0 || box.Y2 <= 0 || box.X1 >= widthPixels || box.Y1 >= heightPixels;

    /// <summary>Whether a side of the box lies more than a pixel beyond the image.</summary>
    public static bool Leaves(in Box box, int widthPixels, int heightPixels) =>
        box.X1 < -TolerancePixels || box.Y1 < -TolerancePixels
        || box.X2 > widthPixels + TolerancePixels || box.Y2 > heightPixels + TolerancePixels;
}
