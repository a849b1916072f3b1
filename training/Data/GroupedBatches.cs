namespace Pipeline.Training.Data;

/// <summary>Full batches of one group each (torchvision's <c>GroupedBatchSampler</c>).</summary>
internal static class GroupedBatches
{
    /// <summary>
    /// Walks over an order and closes a batch whenever a group has enough samples. What is missing to the number of full batches
    /// comes from the groups with the most samples left, filled up with the first samples of the same group; the rest is left out.
    /// </summary>
    /// <param name="order">The samples in the order in which they are drawn.</param>
    /// <param name="groups">The group of each sample, by the sample.</param>
    /// <param name="batchSize">Samples of a batch, from 1.</param>
    /// <returns>As many batches as the samples would fill without groups, rounded down.</returns>
    public static IReadOnlyList<int[]> Of(IReadOnlyList<int> order, IReadOnlyList<int> groups, int batchSize)
    {
        var batches = new List<int[]>();
        var seen = new Dictionary<int, List<int>>();
        var open = new List<OpenBatch>();
        foreach (var sample in order)
        {
            var group = groups[sample];
            if (!seen.TryGetValue(group, out var earlier))
            {
                earlier = [];
                seen.Add(group, earlier);
                open.Add(new OpenBatch(group, []));
            }

            earlier.Add(sample);
            var batch = open.First(entry => entry.Group == group);
            batch.Samples.Add(sample);
            if (batch.Samples.Count == batchSize)
            {
                batches.Add([.. batch.Samples]);
                open.Remove(batch);
                open.Add(new OpenBatch(group, []));
            }
        }

        var missing = order.Count / batchSize - batches.Count;
        foreach (var batch in open.OrderByDescending(entry => entry.Samples.Count).Take(missing))
        {
            var earlier = seen[batch.Group];
            var fill = Enumerable.Range(0, batchSize - batch.Samples.Count).Select(index => earlier[index % earlier.Count]);
            batches.Add([.. batch.Samples, .. fill]);
        }

        return batches;
    }

    /// <summary>A group's samples that wait for the rest of their batch.</summary>
    private sealed record OpenBatch(int Group, List<int> Samples);
}
