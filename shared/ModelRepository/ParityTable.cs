namespace Pipeline.Shared.ModelRepository;

/// <summary>
/// How the detections of an exported model differ from those of the detector that it was made of, on the same images: what was found
/// before the model was published.
/// </summary>
public sealed record ParityTable
{
    /// <summary>Most images with a row of their own.</summary>
    public const int MostRows = 32;

    /// <summary>Whether the differences are within the tolerance.</summary>
    public required bool Passed { get; init; }

    /// <summary>What is beyond the tolerance, in a model that was published all the same; null: nothing.</summary>
    public string? Failure { get; init; }

    /// <summary>What the images are, as <c>5 drawn scenes</c>.</summary>
    public required string Samples { get; init; }

    /// <summary>Number of images.</summary>
    public required int Images { get; init; }

    /// <summary>What the two found on all images, and how it differs.</summary>
    public required ParityDifference Total { get; init; }

    /// <summary>mAP of the detector on labelled images, 0..1; null where there were none.</summary>
    public double? DetectorMap { get; init; }

    /// <summary>mAP of the exported model on the same images, 0..1.</summary>
    public double? ModelMap { get; init; }

    /// <summary>The differences that were allowed.</summary>
    public required ParityTolerance Tolerance { get; init; }

    /// <summary>The images that differ most, the worst first; at most <see cref="MostRows"/>.</summary>
    public required IReadOnlyList<ImageParity> Rows { get; init; }
}

/// <summary>What a detector and its exported model found, and how it differs.</summary>
/// <param name="DetectorDetections">Detections of the detector.</param>
/// <param name="ModelDetections">Detections of the exported model.</param>
/// <param name="Pairs">Detections of both that are of one class and overlap.</param>
/// <param name="Differing">Detections of either that count and have no counterpart within the tolerance.</param>
/// <param name="LargestBoxPixels">Largest difference of a pair's coordinates, in pixels; null: no pair.</param>
/// <param name="LargestScore">Largest difference of a pair's scores; null: no pair.</param>
public sealed record ParityDifference(
    int DetectorDetections,
    int ModelDetections,
    int Pairs,
    int Differing,
    double? LargestBoxPixels,
    double? LargestScore);

/// <summary>One image of the comparison.</summary>
/// <param name="Image">Name of its file.</param>
/// <param name="WidthPixels">Its width.</param>
/// <param name="HeightPixels">Its height.</param>
/// <param name="Difference">What was found in it.</param>
public sealed record ImageParity(string Image, int WidthPixels, int HeightPixels, ParityDifference Difference);

/// <summary>The differences that a precision may make.</summary>
/// <param name="BoxPixels">Of a coordinate, in pixels; null: boxes need only overlap.</param>
/// <param name="Score">Of a score.</param>
/// <param name="DifferingShare">Detections without a counterpart within these, as a share of all that count, 0..1.</param>
/// <param name="MapPoints">mAP that may be lost, in points of a hundred.</param>
public sealed record ParityTolerance(double? BoxPixels, double Score, double DifferingShare, double MapPoints);
