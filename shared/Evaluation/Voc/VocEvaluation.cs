using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Voc;

/// <summary>
/// VOC's matching: of each detection, by descending score over all images, only the object that it overlaps most is looked at. Which one
/// that is does not depend on the threshold and is computed once.
/// </summary>
internal sealed class VocEvaluation
{
    private readonly EvaluationProblem problem;
    private readonly VocOverlap overlap;
    private readonly List<RuledTruth> truth;
    private readonly RowGroups objects;
    private readonly RowGroups detections;

    /// <param name="problem">Its rows are by image.</param>
    /// <param name="rules">What is done with its objects.</param>
    /// <param name="overlap">What overlaps are, and when they are enough.</param>
    public VocEvaluation(EvaluationProblem problem, TruthRules rules, VocOverlap overlap)
    {
        this.problem = problem;
        this.overlap = overlap;
        truth = rules.Of(problem);
        var classes = problem.Labels.Classes.Count;
        objects = RowGroups.Of([.. truth.Select(entry => entry.Class)], classes);
        detections = RowGroups.Of([.. problem.Detections.Select(found => found.Class < 0 ? classes : found.Class)], classes);
    }

    /// <returns>By class and threshold.</returns>
    public VocCurve[][] Run(IReadOnlyList<double> thresholds)
    {
        var curves = new VocCurve[problem.Labels.Classes.Count][];
        Parallel.For(0, curves.Length, label => curves[label] = Run(label, thresholds));
        return curves;
    }

    private VocCurve[] Run(int label, IReadOnlyList<double> thresholds)
    {
        var ofClass = objects.Rows(label);
        var count = 0;
        foreach (var index in ofClass)
        {
            count += truth[index].Role == TruthRole.Count ? 1 : 0;
        }

        if (count == 0)
        {
            return [.. thresholds.Select(_ => new VocCurve(0, 0, []))];
        }

        var ranked = RankedMatches(label);
        var isFound = new bool[truth.Count];
        var curves = new VocCurve[thresholds.Count];
        for (var t = 0; t < curves.Length; t++)
        {
            Array.Clear(isFound);
            curves[t] = CurveOf(ranked, isFound, thresholds[t], count);
        }

        return curves;
    }

    /// <summary>The object that each detection overlaps most, by descending score; equal scores by image, then row.</summary>
    private VocMatch[] RankedMatches(int label)
    {
        var found = detections.Rows(label);
        var ofClass = objects.Rows(label);
        var scores = new double[found.Length];
        var matches = new VocMatch[found.Length];
        var first = 0;
        for (var i = 0; i < found.Length; i++)
        {
            ref readonly var detection = ref problem.Detections.ItemRef(found[i]);
            scores[i] = detection.Score;
            while (first < ofClass.Length && ImageOf(ofClass[first]) < detection.Image)
            {
                first++;
            }

            matches[i] = BestMatch(detection, ofClass[first..]);
        }

        return [.. ScoreOrder.Descending(scores).Select(index => matches[index])];
    }

    private VocMatch BestMatch(in FoundObject detection, ReadOnlySpan<int> candidates)
    {
        var best = new VocMatch(-1, 0, 0);
        foreach (var index in candidates)
        {
            ref readonly var entry = ref problem.Objects.ItemRef(truth[index].Row);
            if (entry.Image != detection.Image)
            {
                break;
            }

            if (truth[index].Role == TruthRole.Crowd)
            {
                best = best with { InRegion = Math.Max(best.InRegion, overlap.Part(detection.Box, entry.Box)) };
                continue;
            }

            var reached = overlap.IoU(detection.Box, entry.Box);
            if (reached > best.Overlap)
            {
                best = best with { Truth = index, Overlap = reached };
            }
        }

        return best;
    }

    private VocCurve CurveOf(VocMatch[] ranked, bool[] isFound, double threshold, int count)
    {
        var precision = new List<double>();
        var misses = 0;
        foreach (var match in ranked)
        {
            var isMatch = match.Truth >= 0 && overlap.Reaches(match.Overlap, threshold);
            if (isMatch && truth[match.Truth].Role == TruthRole.Ignore)
            {
                continue;
            }

            if (isMatch && !isFound[match.Truth])
            {
                isFound[match.Truth] = true;
                precision.Add((precision.Count + 1.0) / (precision.Count + 1.0 + misses));
            }
            else if (match.InRegion == 0 || !overlap.Reaches(match.InRegion, threshold))
            {
                misses++;
            }
        }

        return VocCurve.Of([.. precision], count, misses);
    }

    private int ImageOf(int index) => problem.Objects.ItemRef(truth[index].Row).Image;

    /// <param name="Truth">The object that the detection overlaps most, of equal ones the first; −1: it overlaps none.</param>
    /// <param name="Overlap">Its IoU.</param>
    /// <param name="InRegion">The greatest part of the detection in a region to ignore.</param>
    private readonly record struct VocMatch(int Truth, double Overlap, double InRegion);
}
