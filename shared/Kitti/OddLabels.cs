using Pipeline.Shared.Geometry;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Kitti;

/// <summary>Counts labels that are ignored, cut or doubtful, and keeps their places; <c>docs/data.md</c> tells what becomes of each.</summary>
internal sealed class OddLabels
{
    private readonly List<string> withoutArea = [];
    private readonly List<string> outside = [];
    private readonly List<string> leaving = [];
    private readonly List<string> scored = [];

    /// <param name="line">A line of a label file.</param>
    /// <param name="widthPixels">Of its image.</param>
    /// <param name="heightPixels">Of its image.</param>
    public void Look(KittiLabelLine line, int widthPixels, int heightPixels)
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
        else if (ImageBorder.Leaves(entry.Box, widthPixels, heightPixels))
        {
            leaving.Add(line.At);
        }
    }

    /// <summary>One line for each kind that was seen: how many, and the first places.</summary>
    public IEnumerable<string> Remarks()
    {
        if (withoutArea.Count > 0)
        {
            yield return $"warning: {withoutArea.Count} {KittiClasses.DontCare} regions without area are ignored ({FirstFew.Of(withoutArea)})";
        }

        if (outside.Count > 0)
        {
            yield return $"warning: {outside.Count} boxes lie outside of their image and are left out ({FirstFew.Of(outside)})";
        }

        if (leaving.Count > 0)
        {
            yield return $"warning: {leaving.Count} boxes leave their image; training cuts them, measuring does not ({FirstFew.Of(leaving)})";
        }

        if (scored.Count > 0)
        {
            yield return $"warning: {scored.Count} lines have a score, as detections have; it is not read ({FirstFew.Of(scored)})";
        }
    }
}
