using System.ComponentModel.DataAnnotations;
using Pipeline.Serving.Configuration;
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

    /// <summary>How the model is executed.</summary>
    public ExecutionOptions Execution { get; init; } = new();

    /// <summary>The part of the images that this process takes; null: all.</summary>
    public EvaluationShard? Shard { get; init; }

    /// <summary>
    /// Folder that keeps what is finished; the same evaluation goes on from there. Each shard has its own folder in it. Null: nothing is
    /// kept.
    /// </summary>
    public string? Output { get; init; }

    /// <summary>Whether files of an earlier run are replaced, and the run given up.</summary>
    public bool Replace { get; init; }

    /// <summary>The folder of this process.</summary>
    internal string? Folder => Output is null || Shard is null ? Output : Path.Combine(Output, Shard.FolderName);
}
