namespace Pipeline.Shared.Datasets;

/// <summary>An image whose header and labels were checked.</summary>
/// <param name="Dataset">Its data set.</param>
/// <param name="Image">The image.</param>
/// <param name="WidthPixels">Width of the decoded image.</param>
/// <param name="HeightPixels">Height of the decoded image.</param>
/// <param name="Annotations">Those that are at least partly inside.</param>
public sealed record SurveyedImage(
    Dataset Dataset, DatasetImage Image, int WidthPixels, int HeightPixels, IReadOnlyList<Annotation> Annotations)
{
    /// <summary>Its labels as evaluators need them, read anew.</summary>
    /// <exception cref="UserErrorException">They cannot be read any more.</exception>
    public IReadOnlyList<TruthLabel> Truth() => Dataset.Truth(Image, WidthPixels, HeightPixels);
}
