using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets;

/// <summary>Compares boxes.</summary>
internal static class BoxTolerance
{
    public static void AssertNear(in Box expected, in Box actual, float pixels)
    {
        Assert.Equal(expected.X1, actual.X1, pixels);
        Assert.Equal(expected.Y1, actual.Y1, pixels);
        Assert.Equal(expected.X2, actual.X2, pixels);
        Assert.Equal(expected.Y2, actual.Y2, pixels);
    }
}
