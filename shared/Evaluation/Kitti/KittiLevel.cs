namespace Pipeline.Shared.Evaluation.Kitti;

/// <summary>One class at one level of difficulty, in the devkit's two passes.</summary>
internal sealed class KittiLevel
{
    private readonly KittiCandidates candidates;
    private readonly bool[] isValidTruth;

    /// <summary>Of each detection: too small for the level.</summary>
    private readonly bool[] isTooSmall;

    /// <summary>Of each detection: the last pass that gave it to an object.</summary>
    private readonly int[] assigned;

    private int pass;

    private KittiLevel(KittiCandidates candidates, KittiDifficulty difficulty, KittiHeight height)
    {
        this.candidates = candidates;
        isValidTruth = new bool[candidates.Truths.Length];
        for (var i = 0; i < isValidTruth.Length; i++)
        {
            var truth = candidates.Truths[i];
            isValidTruth[i] = !truth.IsIgnored && difficulty.Contains(candidates.Problem.Objects.ItemRef(truth.Row), height);
        }

        isTooSmall = new bool[candidates.Problem.Detections.Length];
        assigned = new int[isTooSmall.Length];
        for (var found = 0; found < isTooSmall.Length; found++)
        {
            isTooSmall[found] = difficulty.IsTooSmall(candidates.Problem.Detections.ItemRef(found));
        }
    }

    /// <summary>Measures.</summary>
    public static KittiCurve Measure(KittiCandidates candidates, KittiDifficulty difficulty, KittiHeight height)
    {
        var level = new KittiLevel(candidates, difficulty, height);
        var objects = level.isValidTruth.Count(isValid => isValid);
        var thresholds = KittiThresholds.Of(level.ScoresOfFound(), objects);
        var possibleMisses = level.PossibleMisses();
        var next = 0;
        var precision = new double[thresholds.Count];
        for (var t = 0; t < thresholds.Count; t++)
        {
            while (next < possibleMisses.Count && possibleMisses[next] >= thresholds[t])
            {
                next++;
            }

            var (hits, taken) = level.Assign(thresholds[t]);
            var shown = hits + next - taken;
            precision[t] = shown == 0 ? 0 : (double)hits / shown;   // the devkit would divide 0 by 0
        }

        return KittiCurve.Of(precision, objects);
    }

    /// <summary>Pass 1: each object takes the free detection with the highest score.</summary>
    /// <returns>The scores of valid detections of valid objects.</returns>
    private List<double> ScoresOfFound()
    {
        pass++;
        var scores = new List<double>();
        for (var i = 0; i < isValidTruth.Length; i++)
        {
            var best = -1;
            foreach (var pair in candidates.Pairs(candidates.Truths[i]))
            {
                if (IsFree(pair.Found) && (best < 0 || ScoreOf(pair.Found) > ScoreOf(best)))
                {
                    best = pair.Found;
                }
            }

            if (best >= 0)
            {
                assigned[best] = pass;
                if (isValidTruth[i] && !isTooSmall[best])
                {
                    scores.Add(ScoreOf(best));
                }
            }
        }

        return scores;
    }

    /// <summary>Scores of the detections that are false unless an object takes them, descending.</summary>
    private List<double> PossibleMisses()
    {
        var scores = new List<double>();
        for (var found = 0; found < isTooSmall.Length; found++)
        {
            if (IsPossibleMiss(found))
            {
                scores.Add(ScoreOf(found));
            }
        }

        scores.Sort();
        scores.Reverse();
        return scores;
    }

    /// <summary>Pass 2: each object takes the free detection with the greatest overlap, one that is too small only at need.</summary>
    /// <returns>Valid detections of valid objects, and how many detections that would have been false were taken.</returns>
    private (int Hits, int Taken) Assign(double threshold)
    {
        pass++;
        var hits = 0;
        var taken = 0;
        for (var i = 0; i < isValidTruth.Length; i++)
        {
            var best = Best(candidates.Pairs(candidates.Truths[i]), threshold);
            if (best >= 0)
            {
                assigned[best] = pass;
                hits += isValidTruth[i] && !isTooSmall[best] ? 1 : 0;
                taken += IsPossibleMiss(best) ? 1 : 0;
            }
        }

        return (hits, taken);
    }

    private int Best(ReadOnlySpan<KittiPair> pairs, double threshold)
    {
        var best = -1;
        var bestOverlap = 0.0;
        foreach (var pair in pairs)
        {
            if (!IsFree(pair.Found) || ScoreOf(pair.Found) < threshold)
            {
                continue;
            }

            var holdsSmall = best >= 0 && isTooSmall[best];
            if (!isTooSmall[pair.Found] && (pair.Overlap > bestOverlap || holdsSmall))
            {
                best = pair.Found;
                bestOverlap = pair.Overlap;
            }
            else if (isTooSmall[pair.Found] && best < 0)
            {
                best = pair.Found;
            }
        }

        return best;
    }

    /// <summary>Whether an object may take a detection: it is of the class, or so small that its class does not matter.</summary>
    private bool IsFree(int found) => assigned[found] != pass && (isTooSmall[found] || candidates.IsOfClass(found));

    private bool IsPossibleMiss(int found) =>
        candidates.IsOfClass(found) && !isTooSmall[found] && !candidates.IsInDontCare(found);

    private double ScoreOf(int found) => candidates.Problem.Detections.ItemRef(found).Score;
}
