using System.Text;
using Pipeline.Shared.Kitti;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Detection.Training;

/// <summary>What a run learns from and measures on, as digests (<c>data.json</c>): with other data a run is not resumed.</summary>
/// <param name="Train">The training frames.</param>
/// <param name="Test">The frames to measure on.</param>
/// <param name="BackboneWeights">Of the file's content; null without weights.</param>
internal sealed record FinetuneData(FrameDigests Train, FrameDigests Test, string? BackboneWeights)
{
    /// <summary>The frames that choose the best epoch; null where the test frames do.</summary>
    public FrameDigests? Validation { get; init; }

    /// <summary>Of the content of the detector's file that the run began from; null without one.</summary>
    public string? Weights { get; init; }

    /// <summary>Images that are measured on although the first weights have learned from them; null: none.</summary>
    public ImageLeak? Leak { get; init; }

    public static FinetuneData Of(FinetuneOptions options, KittiDataset dataset, FinetuneFrames frames, ImageLeak? leak) =>
        new(FrameDigests.Of(dataset, frames.Train), FrameDigests.Of(dataset, frames.Test), OfFile(options.BackboneWeights))
        {
            Validation = frames.Validation.Count > 0 ? FrameDigests.Of(dataset, frames.Validation) : null,
            Weights = OfFile(options.Weights),
            Leak = leak,
        };

    private static string? OfFile(string? setting) => WeightChoice.FileOf(setting) is { } path ? ContentDigest.OfFile(path) : null;
}

/// <param name="Frames">How many.</param>
/// <param name="Names">Of their names in their order.</param>
/// <param name="Labels">Of the label files' content.</param>
/// <param name="Images">Of the image files' names and sizes; their content is not read.</param>
internal sealed record FrameDigests(int Frames, string Names, string Labels, string Images)
{
    public static FrameDigests Of(KittiDataset dataset, IReadOnlyList<string> frames) => new(
        frames.Count,
        ContentDigest.Of(frames.Select(frame => Encoding.UTF8.GetBytes(frame + "\n"))),
        ContentDigest.Of(frames.Select(frame => File.ReadAllBytes(dataset.LabelPath(frame)))),
        ContentDigest.Of(
            frames.Select(frame => new FileInfo(dataset.ImagePath(frame)))
                .Select(file => Encoding.UTF8.GetBytes($"{file.Name} {file.Length}\n"))));
}
