using System.Runtime.InteropServices;

namespace Pipeline.Shared.Geometry;

/// <summary>An axis-parallel box, corners in continuous pixels; the origin is the top-left corner of the top-left pixel.</summary>
/// <param name="X1">Left edge.</param>
/// <param name="Y1">Top edge.</param>
/// <param name="X2">Right edge.</param>
/// <param name="Y2">Bottom edge.</param>
/// <remarks>Four consecutive floats, so that a row-major <c>[N, 4]</c> buffer can be cast to boxes.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct Box(float X1, float Y1, float X2, float Y2)
{
    /// <summary>X2 − X1; negative for an inverted box.</summary>
    public float Width => X2 - X1;

    /// <summary>Y2 − Y1; negative for an inverted box.</summary>
    public float Height => Y2 - Y1;

    /// <summary>Width × Height, without clamping (as torchvision's <c>box_area</c>).</summary>
    public float Area => Width * Height;
}
