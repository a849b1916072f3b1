namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>A folder of images, or a list of them, that a <c>data.yaml</c> names.</summary>
/// <param name="List">The list that it belongs to: <c>train</c>, <c>val</c>, <c>test</c>.</param>
/// <param name="Path">The existing folder or file.</param>
/// <param name="At">File and line that name it.</param>
internal sealed record YoloEntry(string List, string Path, string At);
