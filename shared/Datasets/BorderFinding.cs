using System.Globalization;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets;

/// <summary>Findings about boxes and sizes that do not fit their image; <c>docs/data.md</c> says how each is treated.</summary>
internal static class BorderFinding
{
    /// <summary>A box that is wholly outside, or that extends beyond the border.</summary>
    public static Finding Of(string at, in Box box, bool isOutside, int widthPixels, int heightPixels)
    {
        var how = isOutside ? "lies outside of" : "extends beyond";
        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"the box {box.X1} {box.Y1} {box.X2} {box.Y2} {how} the image of {widthPixels} x {heightPixels} pixels.");
        return new Finding(at, message)
        {
            Summary = isOutside
                ? "boxes lie outside their image and are left out"
                : "boxes extend beyond their image; training clips them, evaluation does not",
        };
    }

    /// <summary>Labels that were made for an image of another size.</summary>
    public static Finding OtherSize(DatasetImage image, int widthPixels, int heightPixels)
    {
        var (declaredWidth, declaredHeight) = image.DeclaredSize!.Value;
        return new Finding(
            image.Path,
            $"the image has {widthPixels} x {heightPixels} pixels, its labels say {declaredWidth} x {declaredHeight}.")
        {
            Summary = "images have another size than their labels say; their boxes may be wrong",
        };
    }
}
