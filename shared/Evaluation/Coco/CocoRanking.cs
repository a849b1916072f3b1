using System.Collections.Immutable;
using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Coco;

/// <summary>
/// The detections of one class by descending score; ties by image, then by row. Of each image only the best take part. One sort ranks
/// them over all images and within each.
/// </summary>
internal sealed class CocoRanking
{
    private readonly int[] rows;
    private readonly int[] places;
    private readonly int[] byImage;
    private readonly int[] starts;
    private readonly int[] images;

    private CocoRanking(int[] rows, int[] places, int[] byImage, int[] starts, int[] images)
    {
        this.rows = rows;
        this.places = places;
        this.byImage = byImage;
        this.starts = starts;
        this.images = images;
    }

    /// <summary>Of each detection, in the order of their ranks: its index.</summary>
    public ReadOnlySpan<int> Rows => rows;

    /// <summary>Of each detection, in the order of their ranks: how many of its own image come before it.</summary>
    public ReadOnlySpan<int> Places => places;

    /// <summary>Number of images that have a detection.</summary>
    public int Images => images.Length;

    /// <param name="found">All detections.</param>
    /// <param name="ofClass">Indices of those of the class, by image.</param>
    /// <param name="limit">Detections of an image that take part.</param>
    public static CocoRanking Of(ImmutableArray<FoundObject> found, ReadOnlySpan<int> ofClass, int limit)
    {
        var scores = new double[ofClass.Length];
        var groups = new int[ofClass.Length];
        var images = new List<int>();
        for (var i = 0; i < ofClass.Length; i++)
        {
            ref readonly var detection = ref found.ItemRef(ofClass[i]);
            scores[i] = detection.Score;
            if (images.Count == 0 || images[^1] != detection.Image)
            {
                images.Add(detection.Image);
            }

            groups[i] = images.Count - 1;
        }

        var order = ScoreOrder.Descending(scores);
        var taken = new int[images.Count];
        var rows = new int[order.Length];
        var places = new int[order.Length];
        var rankedGroups = new int[order.Length];
        var count = 0;
        foreach (var index in order)
        {
            var place = taken[groups[index]];
            if (place < limit)
            {
                taken[groups[index]] = place + 1;
                rows[count] = ofClass[index];
                places[count] = place;
                rankedGroups[count] = groups[index];
                count++;
            }
        }

        return new CocoRanking(
            rows: rows[..count],
            places: places[..count],
            byImage: ByImage(rankedGroups.AsSpan(0, count), places, taken, out var starts),
            starts: starts,
            images: [.. images]);
    }

    /// <summary>Index of an image that has a detection.</summary>
    /// <param name="group">0 … <see cref="Images"/> − 1, in ascending order of the images.</param>
    public int Image(int group) => images[group];

    /// <summary>Ranks of an image's detections, the best first.</summary>
    public ReadOnlySpan<int> RanksOf(int group) => byImage.AsSpan(starts[group]..starts[group + 1]);

    private static int[] ByImage(ReadOnlySpan<int> groups, int[] places, int[] counts, out int[] starts)
    {
        starts = new int[counts.Length + 1];
        for (var group = 0; group < counts.Length; group++)
        {
            starts[group + 1] = starts[group] + counts[group];
        }

        var byImage = new int[groups.Length];
        for (var rank = 0; rank < groups.Length; rank++)
        {
            byImage[starts[groups[rank]] + places[rank]] = rank;
        }

        return byImage;
    }
}
