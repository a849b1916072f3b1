namespace Pipeline.Shared.Evaluation.Coco;

/// <summary>
/// Pairs of a detection and an object of its class and image whose overlap reaches the lowest threshold: only they can match, at any
/// threshold and for any range of areas, so overlaps are computed once.
/// </summary>
internal sealed class CocoCandidates
{
    private readonly List<int> ranks = [];
    private readonly List<int> starts = [0];
    private readonly List<CocoPair> pairs = [];

    /// <summary>Number of detections that have a pair.</summary>
    public int Count => ranks.Count;

    /// <param name="problem">Objects and detections.</param>
    /// <param name="label">The class.</param>
    /// <param name="ranking">Its detections.</param>
    /// <param name="least">The lowest overlap of a pair.</param>
    public static CocoCandidates Of(CocoProblem problem, int label, CocoRanking ranking, double least)
    {
        var candidates = new CocoCandidates();
        var objects = problem.ObjectsOf(label);
        var next = 0;
        for (var group = 0; group < ranking.Images; group++)
        {
            var image = ranking.Image(group);
            while (next < objects.Length && problem.Truth[objects[next]].Image < image)
            {
                next++;
            }

            var end = next;
            while (end < objects.Length && problem.Truth[objects[end]].Image == image)
            {
                end++;
            }

            if (end > next)
            {
                candidates.Add(problem, ranking, group, objects, next, end, least);
            }

            next = end;
        }

        return candidates;
    }

    /// <summary>Rank of a detection that has pairs; of one image they are in descending order of score.</summary>
    public int Rank(int index) => ranks[index];

    /// <summary>The pairs of a detection, in the order of the objects.</summary>
    public ReadOnlySpan<CocoPair> Pairs(int index) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pairs)[starts[index]..starts[index + 1]];

    private void Add(
        CocoProblem problem, CocoRanking ranking, int group, ReadOnlySpan<int> objects, int start, int end, double least)
    {
        foreach (var rank in ranking.RanksOf(group))
        {
            ref readonly var found = ref problem.Found.ItemRef(ranking.Rows[rank]);
            for (var index = start; index < end; index++)
            {
                var overlap = problem.Truth[objects[index]].Overlap(found);
                if (overlap >= least)
                {
                    pairs.Add(new CocoPair(index, overlap));
                }
            }

            if (pairs.Count > starts[^1])
            {
                ranks.Add(rank);
                starts.Add(pairs.Count);
            }
        }
    }
}

/// <param name="Object">Index among the objects of the class.</param>
/// <param name="Overlap">IoU; with a crowd, the part of the detection inside it.</param>
internal readonly record struct CocoPair(int Object, double Overlap);
