namespace Pipeline.Shared.Datasets.Voc;

/// <summary>What an annotation file says.</summary>
/// <param name="Objects">Its objects, each with an area.</param>
/// <param name="Findings">Errors about objects that are refused, and warnings.</param>
internal sealed record VocAnnotation(IReadOnlyList<Annotation> Objects, IReadOnlyList<Finding> Findings)
{
    /// <summary>Its objects in double precision, also those without area.</summary>
    public IReadOnlyList<TruthLabel> Truth { get; init; } = [];

    /// <summary>The <c>filename</c>: the image's name as the tool had it; null when it is missing.</summary>
    public string? ImageName { get; init; }

    /// <summary>The line of <see cref="ImageName"/>.</summary>
    public int ImageNameLine { get; init; }

    /// <summary>The <c>size</c>; null when it is missing or 0.</summary>
    public (int WidthPixels, int HeightPixels)? Size { get; init; }

    /// <summary>The line of <see cref="Size"/>.</summary>
    public int SizeLine { get; init; }
}
