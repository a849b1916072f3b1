namespace Pipeline.Shared.Kitti;

/// <summary>KITTI's object types.</summary>
public static class KittiClasses
{
    /// <summary>Regions whose objects were not labelled.</summary>
    public const string DontCare = "DontCare";

    /// <summary>The classes that are learnt, in the order of their labels: all but Misc and DontCare.</summary>
    public static IReadOnlyList<string> Default { get; } = ["Car", "Van", "Truck", "Pedestrian", "Person_sitting", "Cyclist", "Tram"];

    /// <summary>Every type that a label file may hold.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. Default, "Misc", DontCare];
}
