using System.ComponentModel.DataAnnotations;

namespace Pipeline.Serving.Evaluation;

/// <summary>What is evaluated on what.</summary>
internal sealed record EvaluationOptions
{
    /// <summary>The largest <see cref="BatchSize"/>.</summary>
    public const int LargestBatchSize = 64;

    /// <summary>The model's version: <c>&lt;repository&gt;/&lt;name&gt;/&lt;version&gt;</c>.</summary>
    [Required] public required string ModelDirectory { get; init; }

    /// <summary>Folder of the frames, in KITTI's layout.</summary>
    [Required] public required string Data { get; init; }

    /// <summary>A list of frames, one per line; null evaluates all labelled frames.</summary>
    public string? Split { get; init; }

    /// <summary>Most images in one execution; only images of the same size are executed together.</summary>
    [Range(1, LargestBatchSize)] public int BatchSize { get; init; } = 4;
}
