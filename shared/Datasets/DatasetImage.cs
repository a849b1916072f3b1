namespace Pipeline.Shared.Datasets;

/// <summary>An image of a data set.</summary>
/// <param name="Id">
/// Unique in its set; what lists name it: its path in the set's folder of images, with '/' and without extension, such as <c>000008</c>.
/// </param>
/// <param name="Path">Its file.</param>
public sealed record DatasetImage(string Id, string Path)
{
    /// <summary>Width and height that the labels declare (COCO, VOC); null where they say nothing. The image itself counts.</summary>
    public (int WidthPixels, int HeightPixels)? DeclaredSize { get; init; }

    /// <summary>The id that the labels give it, as JSON (COCO: <c>139</c>, <c>"86e6…"</c>); null in other formats.</summary>
    public string? SourceId { get; init; }

    /// <summary>Index in the format's own tables; no meaning elsewhere.</summary>
    internal int Index { get; init; }
}

/// <summary>A class of a data set.</summary>
/// <param name="Name">Its name: any text.</param>
/// <param name="Id">The number that the labels give it; null where there is none. Numbers may have gaps (COCO).</param>
public sealed record DatasetClass(string Name, long? Id = null);
