using System.Text;
using System.Text.Json.Serialization;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Detection.Training;

/// <summary>What a run learns from and measures on, as digests (<c>data.json</c>): with other data a run is not resumed.</summary>
/// <param name="Train">The training images.</param>
/// <param name="Test">The images to measure on.</param>
/// <param name="BackboneWeights">Of the file's content; null without weights.</param>
internal sealed record FinetuneData(DatasetDigests Train, DatasetDigests Test, string? BackboneWeights)
{
    /// <summary>The images that choose the best epoch; null where the test images do.</summary>
    public DatasetDigests? Validation { get; init; }

    /// <summary>Of the content of the detector's file that the run began from; null without one.</summary>
    public string? Weights { get; init; }

    /// <summary>Images that are measured on although the first weights have learned from them; null: none.</summary>
    public ImageLeak? Leak { get; init; }

    public static FinetuneData Of(FinetuneOptions options, Dataset dataset, FinetuneImages images, ImageLeak? leak) =>
        new(DatasetDigests.Of(dataset, images.Train), DatasetDigests.Of(dataset, images.Test), OfFile(options.BackboneWeights))
        {
            Validation = images.Validation.Count > 0 ? DatasetDigests.Of(dataset, images.Validation) : null,
            Weights = OfFile(options.Weights),
            Leak = leak,
        };

    private static string? OfFile(string? setting) => WeightChoice.FileOf(setting) is { } path ? ContentDigest.OfFile(path) : null;
}

/// <param name="Count">How many.</param>
/// <param name="Names">Of their names in their order.</param>
/// <param name="Labels">Of their labels.</param>
/// <param name="Images">Of the image files' names and sizes; their content is not read.</param>
internal sealed record DatasetDigests([property: JsonPropertyName("frames")] int Count, string Names, string Labels, string Images)
{
    public static DatasetDigests Of(Dataset dataset, IReadOnlyList<string> ids) => new(
        ids.Count,
        ContentDigest.Of(ids.Select(id => Encoding.UTF8.GetBytes(id + "\n"))),
        ContentDigest.Of(ids.Select(id => dataset.LabelContent(dataset.Image(id)))),
        ContentDigest.Of(
            ids.Select(id => new FileInfo(dataset.Image(id).Path))
                .Select(file => Encoding.UTF8.GetBytes($"{file.Name} {file.Length}\n"))));
}
