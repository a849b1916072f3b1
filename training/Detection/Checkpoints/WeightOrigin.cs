using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Data;

namespace Pipeline.Training.Detection.Checkpoints;

/// <summary>What is known of the images that a detector's weights have learned from.</summary>
public sealed record WeightOrigin
{
    /// <summary>Every image that its weights, or those that they began from, have learned from.</summary>
    public ImageDigests Learned { get; init; } = ImageDigests.None;

    /// <summary>Images that it was measured on although the first weights had learned from them; null: none.</summary>
    public ImageLeak? Leak { get; init; }

    /// <summary>Warnings about them.</summary>
    internal IEnumerable<string> Remarks() => [.. RunImages.Remarks(Learned), .. Leak is null ? [] : (string[])[$"warning: {Leak}"]];
}
