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
    /// <param name="at">The image, or the place that declares the size.</param>
    /// <param name="declared">What the labels say.</param>
    /// <param name="size">What the decoded image has.</param>
    public static Finding OtherSize(
        string at,
        (int WidthPixels, int HeightPixels) declared,
        (int WidthPixels, int HeightPixels) size)
    {
        var has = $"the image has {size.WidthPixels} x {size.HeightPixels} pixels";
        return new Finding(at, $"{has}, its labels say {declared.WidthPixels} x {declared.HeightPixels}.")
        {
            Summary = "images have another size than their labels say; their boxes may be wrong",
        };
    }
}
