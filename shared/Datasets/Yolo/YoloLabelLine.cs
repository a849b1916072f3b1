namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>One line of a label file: an object, or why there is none.</summary>
/// <param name="Number">Of the line, from 1.</param>
/// <param name="Object">The object; null when the line is refused or left out.</param>
/// <param name="Findings">An error when the line is refused; warnings.</param>
internal sealed record YoloLabelLine(int Number, YoloObject? Object, IReadOnlyList<Finding> Findings);

/// <summary>A box in fractions of the image's width and height.</summary>
/// <param name="Class">Number of its class, from 0.</param>
/// <param name="X1">Left edge.</param>
/// <param name="Y1">Top edge.</param>
/// <param name="X2">Right edge.</param>
/// <param name="Y2">Bottom edge.</param>
internal readonly record struct YoloObject(int Class, double X1, double Y1, double X2, double Y2);
