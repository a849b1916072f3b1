using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>The order of images by which official tools rank equal scores: by number, or, where one has none, by id.</summary>
internal static class ImageOrder
{
    /// <summary>Sorts images.</summary>
    public static ImmutableArray<DatasetImage> Of(IReadOnlyList<DatasetImage> images)
    {
        var areNumbered = images.All(image => NumberOf(image) is not null);
        return areNumbered
            ? [.. images.OrderBy(image => NumberOf(image)).ThenBy(image => image.Id, StringComparer.Ordinal)]
            : [.. images.OrderBy(image => image.Id, StringComparer.Ordinal)];
    }

    /// <summary>The number that the labels give an image; without them that of its id. Null: it is a text.</summary>
    public static long? NumberOf(DatasetImage image)
    {
        var text = image.SourceId ?? image.Id;
        var style = image.SourceId is null ? NumberStyles.None : NumberStyles.AllowLeadingSign;
        return long.TryParse(text, style, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
