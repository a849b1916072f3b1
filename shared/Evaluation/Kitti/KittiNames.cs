namespace Pipeline.Shared.Evaluation.Kitti;

/// <summary>KITTI's names of classes; case does not matter.</summary>
internal static class KittiNames
{
    /// <summary>Whether two names are of one class.</summary>
    public static bool Same(string first, string second) => string.Equals(first, second, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether objects of one class are ignored when the other is measured, since the two resemble each other.</summary>
    public static bool IsNeighbor(string name, string measured)
    {
        var neighbor = measured.ToUpperInvariant() switch
        {
            "CAR" => "Van",
            "PEDESTRIAN" => "Person_sitting",
            _ => null,
        };
        return neighbor is not null && Same(name, neighbor);
    }
}
