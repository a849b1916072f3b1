namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>
/// Which detection found which object of its class. Greedy: the highest score chooses first, and takes the free object with the greatest
/// IoU; of several with the same IoU the first. So detections below a score, or beyond a number, change nothing for those above.
/// </summary>
/// <remarks>As tidecv's <c>TIDEExample</c>, which regards detections of all classes of an image together.</remarks>
internal sealed class ObjectMatches
{
    private const int None = -1;

    private readonly int[] objectOf;
    private readonly int[] detectionOf;
    private readonly bool[] ignored;

    /// <param name="problem">Objects and detections.</param>
    /// <param name="iouThreshold">Least IoU of a match.</param>
    public ObjectMatches(AnalyzedProblem problem, double iouThreshold)
    {
        objectOf = new int[problem.Detections.Count];
        detectionOf = new int[problem.Objects.Count];
        ignored = new bool[problem.Detections.Count];
        Array.Fill(objectOf, None);
        Array.Fill(detectionOf, None);
        for (var image = 0; image < problem.Images; image++)
        {
            MatchImage(problem, image, iouThreshold);
        }
    }

    /// <summary>Whether a detection found an object.</summary>
    public bool IsRight(int detection) => objectOf[detection] != None;

    /// <summary>Whether a detection found no object, and lies in no region to ignore.</summary>
    public bool IsWrong(int detection) => objectOf[detection] == None && !ignored[detection];

    /// <summary>The detection that found an object; null when none did.</summary>
    public int? FinderOf(int counted) => detectionOf[counted] == None ? null : detectionOf[counted];

    private void MatchImage(AnalyzedProblem problem, int image, double iouThreshold)
    {
        var objects = problem.Objects.Of(image);
        var firstObject = problem.Objects.Start(image);
        for (var detection = problem.Detections.Start(image); detection < problem.Detections.Start(image + 1); detection++)
        {
            ref readonly var found = ref problem.Detections[detection];
            var best = Best(found, objects, detectionOf.AsSpan(firstObject, objects.Length), iouThreshold);
            if (best != None)
            {
                objectOf[detection] = firstObject + best;
                detectionOf[firstObject + best] = detection;
            }
            else
            {
                ignored[detection] = problem.IsInRegion(found, iouThreshold);
            }
        }
    }

    private static int Best(in FoundObject found, Span<CountedObject> objects, Span<int> takenBy, double iouThreshold)
    {
        var best = None;
        var bestIou = 0.0;
        for (var index = 0; index < objects.Length; index++)
        {
            if (objects[index].Class != found.Class || takenBy[index] != None)
            {
                continue;
            }

            var iou = Overlap.Iou(found.Box, objects[index].Box);
            if (iou >= iouThreshold && iou > bestIou)
            {
                best = index;
                bestIou = iou;
            }
        }

        return best;
    }
}
