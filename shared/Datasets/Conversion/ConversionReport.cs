namespace Pipeline.Shared.Datasets.Conversion;

/// <summary>What a conversion has written.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Annotations">Number of objects and regions that were read.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Losses">What the target cannot hold, one line each, with how often it occurs.</param>
public sealed record ConversionReport(int Images, int Annotations, int Classes, IReadOnlyList<string> Losses);
