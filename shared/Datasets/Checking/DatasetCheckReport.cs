namespace Pipeline.Shared.Datasets.Checking;

/// <summary>Content and defects of a data set.</summary>
public sealed record DatasetCheckReport
{
    /// <summary>The file or folder.</summary>
    public required string Root { get; init; }

    /// <summary>Name of its format.</summary>
    public required string Format { get; init; }

    /// <summary>Whether all images were decoded and compared by their bytes.</summary>
    public required bool IsDecoded { get; init; }

    /// <summary>Images with labels.</summary>
    public required int Images { get; init; }

    /// <summary>Images without labels; these are left out.</summary>
    public required int Unlabeled { get; init; }

    /// <summary>Images that cannot be read.</summary>
    public required int Unreadable { get; init; }

    /// <summary>Sizes of the images that can be read; null when none can.</summary>
    public required ImageSizes? Sizes { get; init; }

    /// <summary>What the labels contain.</summary>
    public required ContentTally Content { get; init; }

    /// <summary>The set's own lists: the number of images of each.</summary>
    public required IReadOnlyDictionary<string, int> Lists { get; init; }

    /// <summary>Errors and warnings, each with its place; in an order that depends on the data alone.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>What makes an image, its labels or a list unusable.</summary>
    public IEnumerable<Finding> Errors => Findings.Where(finding => finding.IsError);

    /// <summary>What is odd or left out.</summary>
    public IEnumerable<Finding> Warnings => Findings.Where(finding => !finding.IsError);
}
