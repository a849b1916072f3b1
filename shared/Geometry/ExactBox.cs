namespace Pipeline.Shared.Geometry;

/// <summary>
/// A box as its file gives it, in double precision, so that an evaluator computes with the very numbers of the official tool: corners and
/// sides are kept side by side, since <c>x + (x2 − x)</c> is not always <c>x2</c>. Continuous pixels; nothing is clipped.
/// </summary>
public readonly record struct ExactBox
{
    private ExactBox(double x1, double y1, double x2, double y2, double width, double height)
    {
        X1 = x1;
        Y1 = y1;
        X2 = x2;
        Y2 = y2;
        Width = width;
        Height = height;
    }

    /// <summary>Left edge.</summary>
    public double X1 { get; }

    /// <summary>Top edge.</summary>
    public double Y1 { get; }

    /// <summary>Right edge.</summary>
    public double X2 { get; }

    /// <summary>Bottom edge.</summary>
    public double Y2 { get; }

    /// <summary>Width; negative for an inverted box.</summary>
    public double Width { get; }

    /// <summary>Height; negative for an inverted box.</summary>
    public double Height { get; }

    /// <summary>Width × Height, without clamping.</summary>
    public double Area => Width * Height;

    /// <summary>Whether all numbers are finite.</summary>
    public bool IsFinite => double.IsFinite(X1 + Y1 + X2 + Y2 + Width + Height);

    /// <summary>Of a format that has corners (KITTI, VOC).</summary>
    public static ExactBox FromCorners(double x1, double y1, double x2, double y2) => new(x1, y1, x2, y2, x2 - x1, y2 - y1);

    /// <summary>Of a format that has a corner and sides (COCO).</summary>
    public static ExactBox FromSides(double x, double y, double width, double height) =>
        new(x, y, x + width, y + height, width, height);

    /// <summary>A box of single precision; nothing is lost.</summary>
    public static ExactBox Of(in Box box) => FromCorners(box.X1, box.Y1, box.X2, box.Y2);

    /// <summary>The corners, rounded to single precision.</summary>
    public Box ToBox() => new(X1: (float)X1, Y1: (float)Y1, X2: (float)X2, Y2: (float)Y2);
}
