using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

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
    /// <param name="dataset">The data set that the frames belong to.</param>
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
        var odd = new OddLabels();
        foreach (var frame in frames)
        {
            cancellation.ThrowIfCancellationRequested();
            var (width, height) = ImageDecoder.CheckSize(dataset.ImagePath(frame), limits);
            var lines = KittiLabelFile.ReadLines(dataset.LabelPath(frame));
            surveyed.Add(new SurveyedFrame(frame, width, height, Inside(KittiLabelFile.Objects(lines), width, height)));
            foreach (var line in lines)
            {
                odd.Look(line, width, height);
            }
        }

        return new FrameSurvey(surveyed, [.. odd.Remarks()]);
    }

    /// <summary>Objects of which at least a part is in the image.</summary>
    internal static IReadOnlyList<KittiObject> Inside(IReadOnlyList<KittiObject> objects, int widthPixels, int heightPixels) =>
        [.. objects.Where(entry => !ImageBorder.IsOutside(entry.Box, widthPixels, heightPixels))];
}
