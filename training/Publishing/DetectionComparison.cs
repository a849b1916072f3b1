using Pipeline.Shared.Geometry;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Training.Publishing;

using Detection = Pipeline.Shared.Geometry.Detection;

/// <summary>Compares what two detectors found in one image.</summary>
/// <param name="tolerance">The differences that are allowed.</param>
/// <param name="scoreThreshold">Every detection scores above this.</param>
/// <param name="maxDetections">Detections of an image at most.</param>
internal sealed class DetectionComparison(ParityTolerance tolerance, double scoreThreshold, int maxDetections)
{
    /// <summary>Overlap from which two detections of a class are of one object.</summary>
    private const double PairIoU = 0.5;

    /// <summary>Sides from which the tolerance of boxes grows with the image, in pixels: the network sees it made smaller.</summary>
    private const double SideOfTolerance = 1000;

    /// <param name="reference">What the detector found.</param>
    /// <param name="actual">What the exported model found.</param>
    /// <param name="longerSidePixels">The image's longer side.</param>
    public ParityDifference Compare(IReadOnlyList<Detection> reference, IReadOnlyList<Detection> actual, int longerSidePixels)
    {
        var pairs = Pair(reference, actual);
        var boxTolerance = tolerance.BoxPixels * Math.Max(1, longerSidePixels / SideOfTolerance);
        var near = pairs.Where(pair => pair.Score <= tolerance.Score && !(pair.BoxPixels > boxTolerance)).ToList();
        var nearReference = near.Select(pair => pair.Reference).ToHashSet();
        var nearActual = near.Select(pair => pair.Actual).ToHashSet();
        return new ParityDifference(
            DetectorDetections: reference.Count,
            ModelDetections: actual.Count,
            Pairs: pairs.Count,
            Differing: CountDiffering(reference, nearReference, actual) + CountDiffering(actual, nearActual, reference),
            LargestBoxPixels: pairs.Count == 0 ? null : pairs.Max(pair => pair.BoxPixels),
            LargestScore: pairs.Count == 0 ? null : pairs.Max(pair => pair.Score));
    }

    /// <summary>
    /// How many detections count, in both lists: those near the threshold, or near the end of a full list, may come or go.
    /// </summary>
    public int CountThatCount(IReadOnlyList<Detection> reference, IReadOnlyList<Detection> actual)
    {
        var leastReference = LeastScore(actual);
        var leastActual = LeastScore(reference);
        return reference.Count(found => found.Score > leastReference) + actual.Count(found => found.Score > leastActual);
    }

    private int CountDiffering(IReadOnlyList<Detection> list, HashSet<int> near, IReadOnlyList<Detection> other)
    {
        var least = LeastScore(other);
        return Enumerable.Range(0, list.Count).Count(index => !near.Contains(index) && list[index].Score > least);
    }

    /// <summary>A detection above this must have a counterpart in a list.</summary>
    private double LeastScore(IReadOnlyList<Detection> list)
    {
        var isFull = list.Count >= maxDetections;
        var cut = isFull ? Math.Max(scoreThreshold, list.Min(found => found.Score)) : scoreThreshold;
        return cut + tolerance.Score;
    }

    /// <summary>Pairs of one class that overlap, each detection in one at most, the best overlaps first.</summary>
    private static List<DetectionPair> Pair(IReadOnlyList<Detection> reference, IReadOnlyList<Detection> actual)
    {
        var candidates = new List<DetectionPair>();
        for (var i = 0; i < reference.Count; i++)
        {
            for (var j = 0; j < actual.Count; j++)
            {
                var pixels = LargestDifference(reference[i].Box, actual[j].Box);
                var overlap = pixels == 0 ? 1 : IoU(reference[i].Box, actual[j].Box);   // a box without area overlaps nothing
                if (reference[i].Label == actual[j].Label && overlap >= PairIoU)
                {
                    candidates.Add(new DetectionPair(
                        Reference: i,
                        Actual: j,
                        Overlap: overlap,
                        BoxPixels: pixels,
                        Score: Math.Abs((double)reference[i].Score - actual[j].Score)));
                }
            }
        }

        var pairs = new List<DetectionPair>();
        var takenReference = new HashSet<int>();
        var takenActual = new HashSet<int>();
        foreach (var candidate in candidates.OrderByDescending(pair => pair.Overlap).ThenBy(pair => pair.Score))
        {
            if (!takenReference.Contains(candidate.Reference) && takenActual.Add(candidate.Actual))
            {
                takenReference.Add(candidate.Reference);
                pairs.Add(candidate);
            }
        }

        return pairs;
    }

    private static double IoU(in Box a, in Box b)
    {
        var width = Math.Min((double)a.X2, b.X2) - Math.Max((double)a.X1, b.X1);
        var height = Math.Min((double)a.Y2, b.Y2) - Math.Max((double)a.Y1, b.Y1);
        var intersection = Math.Max(width, 0) * Math.Max(height, 0);
        return intersection > 0 ? intersection / (a.Area + b.Area - intersection) : 0;
    }

    private static double LargestDifference(in Box a, in Box b)
    {
        var left = Math.Abs((double)a.X1 - b.X1);
        var top = Math.Abs((double)a.Y1 - b.Y1);
        var right = Math.Abs((double)a.X2 - b.X2);
        var bottom = Math.Abs((double)a.Y2 - b.Y2);
        return Math.Max(Math.Max(left, top), Math.Max(right, bottom));
    }

    /// <summary>Two detections of one object.</summary>
    /// <param name="Reference">Index of the one.</param>
    /// <param name="Actual">Index of the other.</param>
    /// <param name="Overlap">Their IoU.</param>
    /// <param name="BoxPixels">Largest difference of a coordinate.</param>
    /// <param name="Score">Difference of the scores.</param>
    private sealed record DetectionPair(int Reference, int Actual, double Overlap, double BoxPixels, double Score);
}
