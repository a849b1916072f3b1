namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>How a comparison resamples.</summary>
public sealed record BootstrapOptions
{
    /// <summary>How often as many images as there are, are drawn with replacement.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Determines the draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Part of the resamples that an interval holds.</summary>
    public double Confidence { get; init; } = 0.95;
}

/// <summary>Two detectors on the same images: paired bootstrap of the difference in COCO's AP.</summary>
/// <param name="Map">Over all classes.</param>
/// <param name="PerClass">By class; null where it has no object.</param>
/// <param name="Better">Images that the second detector improves most, the most first.</param>
/// <param name="Worse">Images that it worsens most, the most first.</param>
public sealed record PairedComparison(
    ApDifference? Map,
    IReadOnlyDictionary<string, ApDifference?> PerClass,
    IReadOnlyList<ImageChange> Better,
    IReadOnlyList<ImageChange> Worse)
{
    /// <summary>How it was resampled.</summary>
    public required BootstrapOptions Options { get; init; }
}

/// <param name="First">AP of the first detector, 0..1.</param>
/// <param name="Second">AP of the second.</param>
/// <param name="Difference">Second less first.</param>
/// <param name="Low">Lower end of the interval of the difference.</param>
/// <param name="High">Upper end.</param>
public sealed record ApDifference(double First, double Second, double Difference, double Low, double High)
{
    /// <summary>Whether the interval leaves out 0.</summary>
    public bool IsClear => Low > 0 || High < 0;
}

/// <param name="ImageId">Of the image.</param>
/// <param name="First">Errors of the first detector in it.</param>
/// <param name="Second">Errors of the second.</param>
public sealed record ImageChange(string ImageId, ImageErrors First, ImageErrors Second);
