using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Kitti;

/// <summary>A frame whose header and labels were checked.</summary>
/// <param name="FrameId">Name of the frame.</param>
/// <param name="WidthPixels">Width of the decoded image.</param>
/// <param name="HeightPixels">Height of the decoded image.</param>
/// <param name="Objects">Objects of the frame, without those outside the image.</param>
public sealed record SurveyedFrame(string FrameId, int WidthPixels, int HeightPixels, IReadOnlyList<KittiObject> Objects);

/// <summary>
/// Checks the header and the labels of every frame before long work begins, so that errors show at once: an image that is missing, over
/// a limit or not an image, a label that cannot be read. Labels that are ignored are counted.
/// </summary>
/// <param name="Frames">The frames, in the requested order.</param>
/// <param name="Remarks">Ignored and odd labels: counts and first locations.</param>
public sealed record FrameSurvey(IReadOnlyList<SurveyedFrame> Frames, IReadOnlyList<string> Remarks)
{
    /// <param name="dataset">The data set of the frames.</param>
    /// <param name="frames">Names of the frames.</param>
    /// <param name="limits">Limits on the images.</param>
    /// <param name="cancellation">Ends the survey.</param>
    /// <exception cref="UserErrorException">A file is missing or wrong; the message names it.</exception>
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
                odd.Add(line, width, height);
            }
        }

        return new FrameSurvey(surveyed, [.. odd.Remarks()]);
    }

    /// <summary>Objects that are at least partly inside the image.</summary>
    internal static IReadOnlyList<KittiObject> Inside(IReadOnlyList<KittiObject> objects, int widthPixels, int heightPixels) =>
        [.. objects.Where(entry => !ImageBorder.IsOutside(entry.Box, widthPixels, heightPixels))];
}
