namespace Pipeline.Shared.Kitti;

/// <summary>One line of a label file: an object, or why there is none.</summary>
/// <param name="At">File and line.</param>
/// <param name="Object">The object; null when the line is refused or ignored.</param>
public sealed record KittiLabelLine(string At, KittiObject? Object)
{
    /// <summary>Why the line is refused; with one such line the file is not read. Place, field and reason.</summary>
    public string? Defect { get; init; }

    /// <summary>What is odd and does no harm: a region without area, a value out of the format's range. Place, field and reason.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
