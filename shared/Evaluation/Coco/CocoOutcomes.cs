using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Coco;

/// <summary>
/// What the detections of one class turned out to be for one range of areas, at all thresholds in one pass: bit t of a detection's mask
/// is threshold t.
/// </summary>
internal sealed class CocoOutcomes
{
    private const double HighestBar = 1 - 1e-10;

    private readonly double[] bars;
    private readonly uint all;
    private readonly uint[] truePositives;
    private readonly uint[] falsePositives;

    /// <summary>For each object: bit t is set when a detection has found it at threshold t.</summary>
    private readonly uint[] found;

    private readonly bool[] isIgnored;
    private readonly bool[] isCrowd;

    /// <param name="thresholds">IoU thresholds.</param>
    /// <param name="detections">Number of detections of the class.</param>
    /// <param name="objects">Number of objects of the class.</param>
    public CocoOutcomes(IReadOnlyList<double> thresholds, int detections, int objects)
    {
        bars = Bars(thresholds);
        all = uint.MaxValue >> (32 - bars.Length);
        truePositives = new uint[detections];
        falsePositives = new uint[detections];
        found = new uint[objects];
        isIgnored = new bool[objects];
        isCrowd = new bool[objects];
    }

    /// <summary>All thresholds.</summary>
    public uint All => all;

    /// <summary>By rank: the thresholds at which the detection found an object.</summary>
    public ReadOnlySpan<uint> TruePositives => truePositives;

    /// <summary>By rank: the thresholds at which it found none; where neither bit is set it does not count.</summary>
    public ReadOnlySpan<uint> FalsePositives => falsePositives;

    /// <summary>The lowest overlap that can match.</summary>
    public static double LowestBar(IReadOnlyList<double> thresholds) => Bars(thresholds).Min();

    /// <summary>Matches greedily by descending score.</summary>
    /// <returns>Number of objects that should be found.</returns>
    public int Match(CocoProblem problem, int label, CocoRanking ranking, CocoCandidates candidates, CocoAreaRange range)
    {
        var objects = Begin(problem, label, ranking, range);
        for (var index = 0; index < candidates.Count; index++)
        {
            Match(candidates.Rank(index), candidates.Pairs(index));
        }

        return objects;
    }

    private static double[] Bars(IReadOnlyList<double> thresholds) => [.. thresholds.Select(threshold => Math.Min(threshold, HighestBar))];

    private int Begin(CocoProblem problem, int label, CocoRanking ranking, CocoAreaRange range)
    {
        var objects = problem.ObjectsOf(label);
        var count = 0;
        for (var i = 0; i < objects.Length; i++)
        {
            ref readonly var entry = ref problem.Truth[objects[i]];
            isCrowd[i] = entry.Role == TruthRole.Crowd;
            isIgnored[i] = entry.Role != TruthRole.Count || !range.Contains(entry.Area);
            count += isIgnored[i] ? 0 : 1;
        }

        Array.Clear(found);
        Array.Clear(truePositives);
        for (var rank = 0; rank < falsePositives.Length; rank++)
        {
            ref readonly var box = ref problem.Found.ItemRef(ranking.Rows[rank]);
            falsePositives[rank] = range.Contains(box.Box.Area) ? all : 0;
        }

        return count;
    }

    private void Match(int rank, ReadOnlySpan<CocoPair> pairs)
    {
        for (var t = 0; t < bars.Length; t++)
        {
            var bit = 1u << t;
            var match = Best(pairs, bars[t], bit, ignored: false);
            if (match < 0)
            {
                match = Best(pairs, bars[t], bit, ignored: true);
            }

            if (match >= 0)
            {
                found[match] |= bit;
                falsePositives[rank] &= ~bit;
                truePositives[rank] |= isIgnored[match] ? 0 : bit;
            }
        }
    }

    /// <summary>The object with the greatest overlap, of equal ones the last; −1: none.</summary>
    private int Best(ReadOnlySpan<CocoPair> pairs, double bar, uint bit, bool ignored)
    {
        var match = -1;
        foreach (var pair in pairs)
        {
            var isFree = (found[pair.Object] & bit) == 0 || isCrowd[pair.Object];
            if (isIgnored[pair.Object] == ignored && isFree && pair.Overlap >= bar)
            {
                bar = pair.Overlap;
                match = pair.Object;
            }
        }

        return match;
    }
}
