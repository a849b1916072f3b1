namespace Pipeline.Shared.Kitti;

/// <summary>One line of a label file: an object, or why there is none.</summary>
/// <param name="At">File and line.</param>
/// <param name="Object">The object; null when the line is refused or ignored.</param>
public sealed record KittiLabelLine(string At, KittiObject? Object)
{
    /// <summary>Why the line, and with it the whole file, is refused: location, field and reason.</summary>
    public string? Defect { get; init; }

    /// <summary>Harmless oddities, such as a region without area or a value out of range: location, field and reason.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
