using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Checking;

namespace Pipeline.Training.Commands;

/// <summary>A finding of <c>data check --json</c>.</summary>
/// <param name="At">File, with its line or JSON path.</param>
/// <param name="Message">What is wrong there.</param>
internal sealed record CheckDocumentFinding(string At, string Message);

/// <summary>The document of <c>data check --json</c>.</summary>
internal sealed record CheckDocument
{
    public required string Data { get; init; }

    public required string Format { get; init; }

    public required bool ImagesDecoded { get; init; }

    public required int Images { get; init; }

    public required int UnlabeledImages { get; init; }

    public required int UnreadableImages { get; init; }

    public required ImageSizes? Sizes { get; init; }

    public required int Objects { get; init; }

    public required int Ignored { get; init; }

    public required int RegionsOfAnyClass { get; init; }

    public required IReadOnlyList<ClassCount> Classes { get; init; }

    public required ObjectSizeCounts ObjectsBySize { get; init; }

    public required IReadOnlyList<string> ImagesWithoutObjects { get; init; }

    /// <summary>The set's own lists: images of each.</summary>
    public required IReadOnlyDictionary<string, int> Lists { get; init; }

    public required IReadOnlyList<CheckDocumentFinding> Errors { get; init; }

    public required IReadOnlyList<CheckDocumentFinding> Warnings { get; init; }

    /// <summary>Everything that the check has found.</summary>
    public static CheckDocument Of(DatasetCheckReport report) => new()
    {
        Data = report.Root,
        Format = report.Format,
        ImagesDecoded = report.IsDecoded,
        Images = report.Images,
        UnlabeledImages = report.Unlabeled,
        UnreadableImages = report.Unreadable,
        Sizes = report.Sizes,
        Objects = report.Content.Objects,
        Ignored = report.Content.Ignored,
        RegionsOfAnyClass = report.Content.RegionsOfAnyClass,
        Classes = report.Content.Classes,
        ObjectsBySize = report.Content.Sizes,
        ImagesWithoutObjects = report.Content.ImagesWithoutObjects,
        Lists = report.Lists,
        Errors = [.. report.Errors.Select(Of)],
        Warnings = [.. report.Warnings.Select(Of)],
    };

    private static CheckDocumentFinding Of(Finding finding) => new(finding.At, finding.Message);
}
