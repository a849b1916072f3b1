using System.ComponentModel.DataAnnotations;
using Pipeline.Shared.Datasets;

namespace Pipeline.Serving.Evaluation;

/// <summary>What is evaluated on what.</summary>
internal sealed record EvaluationOptions
{
    /// <summary>The largest <see cref="BatchSize"/>.</summary>
    public const int LargestBatchSize = 64;

    /// <summary>The model's version: <c>&lt;repository&gt;/&lt;name&gt;/&lt;version&gt;</c>.</summary>
    [Required] public required string ModelDirectory { get; init; }

    /// <summary>Labelled images: a file or folder of a format that is read.</summary>
    [Required] public required string Data { get; init; }

    /// <summary>Format of the data; <c>auto</c>: recognized.</summary>
    public string Format { get; init; } = DatasetFormats.Auto;

    /// <summary>
    /// A list of image ids, one per line, or the name of one of the data set's own lists; null evaluates all labelled images.
    /// </summary>
    public string? Split { get; init; }

    /// <summary>Most images in one execution; only images of the same size are executed together.</summary>
    [Range(1, LargestBatchSize)] public int BatchSize { get; init; } = 4;
}
