using Pipeline.Shared.Datasets.Checking;

namespace Pipeline.Training.Commands;

/// <summary>What <c>data check</c> prints about the content of a data set.</summary>
internal static class CheckTable
{
    private const int LeastNameWidth = 16;

    /// <summary>Lines, without a line end after the last.</summary>
    public static string Of(DatasetCheckReport report)
    {
        var lines = new List<string>();
        var content = report.Content;
        var width = Math.Max(LeastNameWidth, content.Classes.Select(entry => OneLine(entry.Name).Length).DefaultIfEmpty().Max());
        lines.Add($"{"class".PadRight(width)}  objects   images  ignored");
        foreach (var entry in content.Classes)
        {
            lines.Add($"{OneLine(entry.Name).PadRight(width)}  {entry.Objects,7}  {entry.Images,7}  {entry.Ignored,7}");
        }

        if (content.RegionsOfAnyClass > 0)
        {
            lines.Add($"{"(of any class)".PadRight(width)}  {0,7}  {"",7}  {content.RegionsOfAnyClass,7}");
        }

        lines.Add($"objects by size: {content.Sizes.Small} small (< 32² pixels), {content.Sizes.Medium} medium (< 96²), "
            + $"{content.Sizes.Large} large");
        lines.Add($"image sizes: {Sizes(report.Sizes)}");
        lines.Add($"images without objects: {content.ImagesWithoutObjects.Count}");
        if (report.Lists.Count > 0)
        {
            lines.Add($"its own lists: {string.Join(", ", report.Lists.Select(list => $"{OneLine(list.Key)} {list.Value}"))}");
        }

        lines.Add($"{report.Format}: {report.Images} images{Unlabeled(report)}, {content.Objects} objects, {content.Ignored} ignored, "
            + $"{report.Errors.Count()} errors, {report.Warnings.Count()} warnings");
        return string.Join('\n', lines);
    }

    private static string Unlabeled(DatasetCheckReport report) => report.Unlabeled > 0 ? $", {report.Unlabeled} without labels" : "";

    private static string Sizes(ImageSizes? sizes)
    {
        if (sizes is null)
        {
            return "no image can be read";
        }

        return sizes.Distinct == 1
            ? $"all {Text(sizes.MostCommon)}"
            : $"{sizes.Distinct} different, smallest {Text(sizes.Smallest)}, largest {Text(sizes.Largest)}, "
                + $"most common {Text(sizes.MostCommon)} ({sizes.MostCommonImages} images)";
    }

    private static string Text(PixelSize size) => $"{size.WidthPixels} x {size.HeightPixels}";

    /// <summary>Names come from files: control characters could change the terminal.</summary>
    private static string OneLine(string name) => string.Concat(name.Select(letter => char.IsControl(letter) ? '?' : letter));
}
