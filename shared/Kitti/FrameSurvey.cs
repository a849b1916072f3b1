using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Kitti;

/// <summary>A frame that was looked at.</summary>
/// <param name="FrameId">Its name.</param>
/// <param name="WidthPixels">Of the image, as it will be decoded.</param>
/// <param name="HeightPixels">Of the image, as it will be decoded.</param>
/// <param name="Objects">Its objects; those outside of the image are left out.</param>
public sealed record SurveyedFrame(string FrameId, int WidthPixels, int HeightPixels, IReadOnlyList<KittiObject> Objects);

/// <summary>
/// Looks at the header and the labels of every frame before long work begins, so that what is wrong shows now: an image that is
/// missing, over a limit or no image, a label that cannot be read. What is ignored is counted.
/// </summary>
/// <param name="Frames">The frames, in the order asked for.</param>
/// <param name="Remarks">What is ignored or odd: counts and first places.</param>
public sealed record FrameSurvey(IReadOnlyList<SurveyedFrame> Frames, IReadOnlyList<string> Remarks)
{
    /// <param name="dataset">Has the frames.</param>
    /// <param name="frames">Those to look at.</param>
    /// <param name="limits">Of the images.</param>
    /// <param name="cancellation">Ends the survey.</param>
    /// <exception cref="UserErrorException">A file is missing or wrong; it is named.</exception>
    public static FrameSurvey Of(
        KittiDataset dataset,
        IEnumerable<string> frames,
        ImageLimits limits,
        CancellationToken cancellation = default)
    {
        var surveyed = new List<SurveyedFrame>();
        var withoutArea = new List<string>();
        var outside = new List<string>();
        var leaving = new List<string>();
        foreach (var frame in frames)
        {
            cancellation.ThrowIfCancellationRequested();
            var (width, height) = ImageDecoder.CheckSize(dataset.ImagePath(frame), limits);
            var lines = KittiLabelFile.ReadLines(dataset.LabelPath(frame));
            surveyed.Add(new SurveyedFrame(frame, width, height, Inside(KittiLabelFile.Objects(lines), width, height)));
            withoutArea.AddRange(lines.Where(line => line.Object is null).Select(line => line.At));
            foreach (var line in lines.Where(line => line.Object is not null))
            {
                if (ImageBorder.IsOutside(line.Object!.Box, width, height))
                {
                    outside.Add(line.At);
                }
                else if (ImageBorder.Leaves(line.Object.Box, width, height))
                {
                    leaving.Add(line.At);
                }
            }
        }

        return new FrameSurvey(surveyed, [.. Texts(withoutArea, outside, leaving)]);
    }

    /// <summary>Objects of which at least a part is in the image.</summary>
    public static IReadOnlyList<KittiObject> Inside(IReadOnlyList<KittiObject> objects, int widthPixels, int heightPixels) =>
        [.. objects.Where(entry => !ImageBorder.IsOutside(entry.Box, widthPixels, heightPixels))];

    private static IEnumerable<string> Texts(List<string> withoutArea, List<string> outside, List<string> leaving)
    {
        if (withoutArea.Count > 0)
        {
            yield return $"warning: {withoutArea.Count} {KittiClasses.DontCare} regions without area are ignored "
                + $"({FirstFew.Of(withoutArea)})";
        }

        if (outside.Count > 0)
        {
            yield return $"warning: {outside.Count} boxes lie outside of their image and are left out ({FirstFew.Of(outside)})";
        }

        if (leaving.Count > 0)
        {
            yield return $"warning: {leaving.Count} boxes leave their image and are learnt only as far as they are in it "
                + $"({FirstFew.Of(leaving)})";
        }
    }
}
