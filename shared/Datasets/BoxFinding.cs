namespace Pipeline.Shared.Datasets;

/// <summary>Findings about boxes that several formats share.</summary>
internal static class BoxFinding
{
    /// <summary>A box without area.</summary>
    public static Finding NoArea(string at) => new(at, "the box has no area; it is left out.")
    {
        Summary = "boxes without area are left out",
    };
}
