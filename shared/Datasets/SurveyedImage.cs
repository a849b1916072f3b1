namespace Pipeline.Shared.Datasets;

/// <summary>An image whose header and labels were checked.</summary>
/// <param name="Image">The image.</param>
/// <param name="WidthPixels">Width of the decoded image.</param>
/// <param name="HeightPixels">Height of the decoded image.</param>
/// <param name="Annotations">Those that are at least partly inside.</param>
public sealed record SurveyedImage(DatasetImage Image, int WidthPixels, int HeightPixels, IReadOnlyList<Annotation> Annotations);
