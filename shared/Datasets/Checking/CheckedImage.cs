namespace Pipeline.Shared.Datasets.Checking;

/// <summary>What the check found about one image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Findings">What is wrong or odd about its file and its labels.</param>
internal sealed record CheckedImage(DatasetImage Image, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether it has labels, if only empty ones.</summary>
    public bool IsLabeled { get; init; }

    /// <summary>Whether the image itself is in order.</summary>
    public bool IsReadable { get; init; }

    /// <summary>From the header; null when not even that can be read.</summary>
    public (int WidthPixels, int HeightPixels)? Size { get; init; }

    /// <summary>Of the file's bytes; null when they were not or cannot be read.</summary>
    public UInt128? Digest { get; init; }

    /// <summary>The annotations that can be read.</summary>
    public IReadOnlyList<Annotation> Annotations { get; init; } = [];

    /// <summary>Whether its labels were read without an error.</summary>
    public bool HasWholeLabels { get; init; }
}
