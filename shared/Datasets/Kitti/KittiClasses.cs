namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>KITTI's object types.</summary>
public static class KittiClasses
{
    /// <summary>Type of regions whose objects were not labelled.</summary>
    public const string DontCare = "DontCare";

    /// <summary>The classes to learn, in the order of their labels: all but Misc and DontCare.</summary>
    public static IReadOnlyList<string> Default { get; } = ["Car", "Van", "Truck", "Pedestrian", "Person_sitting", "Cyclist", "Tram"];

    /// <summary>Every type of KITTI itself; other sets in its layout have others.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. Default, "Misc", DontCare];
}
