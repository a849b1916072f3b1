using System.Globalization;
using Pipeline.Shared.Datasets;

namespace Pipeline.Serving.Evaluation.Records;

/// <summary>An image of a run with its labels, a line of <c>images.jsonl</c>: a report needs neither the data set nor its labels.</summary>
/// <param name="Index">Among the images of the run, from 0.</param>
/// <param name="Id">In its data set.</param>
/// <param name="Path">Its file.</param>
/// <param name="WidthPixels">Width from its header.</param>
/// <param name="HeightPixels">Height from its header.</param>
/// <param name="FileBytes">Length of its file.</param>
/// <param name="Truth">Its labels, exact.</param>
internal sealed record ImageRecord(
    int Index, string Id, string Path, int WidthPixels, int HeightPixels, long FileBytes, IReadOnlyList<TruthLabel> Truth)
{
    /// <summary>The id that the labels give it, as JSON (COCO); null in other formats.</summary>
    public string? SourceId { get; init; }

    /// <summary>As its data set has it.</summary>
    public DatasetImage OfDataset() => new(Id, Path) { SourceId = SourceId };

    /// <summary>The id that the labels give it, where that is a number.</summary>
    public long? Number() =>
        long.TryParse(SourceId, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>What the plan needs of it.</summary>
    public PlannedImage Planned() => new(Id, WidthPixels, HeightPixels, FileBytes);
}
