namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>One line of a label file: an object, or why there is none.</summary>
/// <param name="Number">Of the line, from 1.</param>
/// <param name="Object">The object; null when the line is refused or left out.</param>
/// <param name="Findings">An error when the line, and with it the whole file, is refused; warnings.</param>
public sealed record KittiLabelLine(int Number, KittiObject? Object, IReadOnlyList<Finding> Findings)
{
    /// <summary>The label in double precision, also where its box has no area; null when the line is refused.</summary>
    internal TruthLabel? Truth { get; init; }
}
