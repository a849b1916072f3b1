using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>An entry of <c>images</c>.</summary>
/// <param name="Id">Index in <see cref="CocoDocument.ImageIds"/>.</param>
/// <param name="Place">Index of the entry.</param>
/// <param name="FileName">As the file has it.</param>
/// <param name="Size">Width and height in pixels; null when they are missing.</param>
internal readonly record struct CocoImage(int Id, int Place, string FileName, (int WidthPixels, int HeightPixels)? Size);

/// <summary>An entry of <c>annotations</c>.</summary>
/// <param name="Image">Index in <see cref="CocoDocument.ImageIds"/>.</param>
/// <param name="Class">Index of its class; while the file is read, of its id among those of categories.</param>
/// <param name="Place">Index of the entry.</param>
/// <param name="Box">Corners in continuous pixels; without area while it is unknown.</param>
/// <param name="Id">Its number; null when it has none.</param>
/// <param name="Marks">Crowd, or difficult for one to ignore.</param>
internal readonly record struct CocoAnnotation(int Image, int Class, int Place, Box Box, long? Id, AnnotationMarks Marks);

/// <summary>Content of an annotation file.</summary>
/// <param name="Images">Those that can be used as far as the file says; image files were not looked for.</param>
/// <param name="Annotations">Those that can be used, of these images and others in the order of the file.</param>
/// <param name="Classes">Its categories in their order.</param>
/// <param name="ImageIds">Every image id that occurs.</param>
/// <param name="Findings">What is wrong or odd.</param>
internal sealed record CocoDocument(
    IReadOnlyList<CocoImage> Images,
    List<CocoAnnotation> Annotations,
    IReadOnlyList<DatasetClass> Classes,
    CocoIds ImageIds,
    CocoFindings Findings);
