using Pipeline.Shared.Geometry;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Kitti;

/// <summary>Counts and locates labels that are ignored, clipped or doubtful; <c>docs/data.md</c> says how each is treated.</summary>
internal sealed class OddLabels
{
    private readonly List<string> withoutArea = [];
    private readonly List<string> outside = [];
    private readonly List<string> exceeding = [];
    private readonly List<string> scored = [];

    /// <param name="line">A line of a label file.</param>
    /// <param name="widthPixels">Width of its image.</param>
    /// <param name="heightPixels">Height of its image.</param>
    public void Add(KittiLabelLine line, int widthPixels, int heightPixels)
    {
        if (line.Object is not { } entry)
        {
            withoutArea.Add(line.At);
            return;
        }

        if (entry.Score is not null)
        {
            scored.Add(line.At);
        }

        if (ImageBorder.IsOutside(entry.Box, widthPixels, heightPixels))
        {
            outside.Add(line.At);
        }
        else if (ImageBorder.Exceeds(entry.Box, widthPixels, heightPixels))
        {
            exceeding.Add(line.At);
        }
    }

    /// <summary>One line for each kind that occurred: its number, and the first locations.</summary>
    public IEnumerable<string> Remarks()
    {
        if (withoutArea.Count > 0)
        {
            yield return $"warning: {withoutArea.Count} {KittiClasses.DontCare} regions without area are ignored "
                + $"({FirstFew.Of(withoutArea)})";
        }

        if (outside.Count > 0)
        {
            yield return $"warning: {outside.Count} boxes lie outside their image and are left out ({FirstFew.Of(outside)})";
        }

        if (exceeding.Count > 0)
        {
            yield return $"warning: {exceeding.Count} boxes extend beyond their image; training clips them, evaluation does not "
                + $"({FirstFew.Of(exceeding)})";
        }

        if (scored.Count > 0)
        {
            yield return $"warning: {scored.Count} lines have a score, like detections; it is not read ({FirstFew.Of(scored)})";
        }
    }
}
