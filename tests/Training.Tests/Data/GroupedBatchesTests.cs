using CsCheck;
using Pipeline.Training.Data;

namespace Pipeline.Training.Tests.Data;

/// <summary>Batches of one group each, as torchvision's <c>GroupedBatchSampler</c> makes them.</summary>
public sealed class GroupedBatchesTests
{
    private static readonly Gen<(int[] Groups, int[] Order, int BatchSize)> Cases =
        from groups in Gen.Int[0, 4].Array[0, 60]
        from order in Gen.Shuffle(Enumerable.Range(0, groups.Length).ToArray())
        from batchSize in Gen.Int[1, 7]
        select (groups, order, batchSize);

    [Fact]
    public void Factor_3_gives_eight_groups_with_bounds_from_a_half_to_two()
    {
        var bounds = AspectGroups.Bounds(3);

        double[] expected = [0.5, 0.6299605249, 0.7937005260, 1, 1.2599210499, 1.5874010520, 2];
        Assert.Equal(expected, bounds, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([0.5, 1, 2], AspectGroups.Bounds(1));
    }

    [Theory]
    [InlineData(49, 100, 0)]
    [InlineData(50, 100, 1)]
    [InlineData(99, 100, 3)]
    [InlineData(100, 100, 4)]
    [InlineData(199, 100, 6)]
    [InlineData(200, 100, 7)]
    [InlineData(1242, 375, 7)]
    public void An_aspect_on_a_bound_belongs_above_it(int width, int height, int group) =>
        Assert.Equal(group, AspectGroups.Of(width, height, AspectGroups.Bounds(3)));

    [Fact]
    public void A_batch_is_closed_as_soon_as_its_group_has_enough_and_the_rest_comes_from_the_fullest_groups()
    {
        int[] groups = [0, 1, 0, 1, 2, 1, 0, 1, 0, 2];

        var batches = GroupedBatches.Of([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], groups, 3);

        // Left over: one sample of group 1, one of group 0, two of group 2; the last are filled up with the first of their group.
        Assert.Equal([[1, 3, 5], [0, 2, 6], [4, 9, 4]], batches);
    }

    [Fact]
    public void Of_groups_with_equally_many_left_the_one_that_waits_longest_comes_first()
    {
        int[] groups = [0, 0, 0, 1, 1];

        // Group 0 closes a batch after group 1 has begun.
        Assert.Equal([[0, 1], [3, 4]], GroupedBatches.Of([0, 3, 1, 4, 2], groups, 2));
        Assert.Equal([[0, 1, 2], [6, 6, 6]], GroupedBatches.Of([6, 0, 1, 2, 3, 5, 7], [0, 0, 0, 0, 0, 2, 1, 3], 3));
    }

    [Fact]
    public void Every_batch_is_full_and_of_one_group_and_their_number_is_that_of_all_samples_together() =>
        Cases.Sample(entry =>
        {
            var batches = GroupedBatches.Of(entry.Order, entry.Groups, entry.BatchSize);

            Assert.Equal(entry.Order.Length / entry.BatchSize, batches.Count);
            Assert.All(batches, batch => Assert.Equal(entry.BatchSize, batch.Length));
            Assert.All(batches, batch => Assert.Single(batch.Select(sample => entry.Groups[sample]).Distinct()));
        });

    [Fact]
    public void A_sample_comes_again_only_where_it_fills_up_one_of_the_last_batches() =>
        Cases.Sample(entry =>
        {
            var batches = GroupedBatches.Of(entry.Order, entry.Groups, entry.BatchSize);

            var closed = entry.Groups.GroupBy(group => group).Sum(group => group.Count() / entry.BatchSize);
            int[] once = [.. batches.Take(closed).SelectMany(batch => batch)];
            Assert.Equal(once.Length, once.Distinct().Count());
            foreach (var batch in batches.Skip(closed))
            {
                Assert.DoesNotContain(batch[0], once);
                var fresh = batch.TakeWhile(sample => !once.Contains(sample)).Distinct().Count();
                int[] filled = [.. batch.Skip(fresh)];
                int[] first = [.. entry.Order.Where(sample => entry.Groups[sample] == entry.Groups[batch[0]])];
                Assert.Equal(filled, filled.Select((_, index) => first[index % first.Length]));
            }
        });

    [Fact]
    public void The_same_order_gives_the_same_batches() =>
        Cases.Sample(entry => Assert.Equal(
            GroupedBatches.Of(entry.Order, entry.Groups, entry.BatchSize),
            GroupedBatches.Of(entry.Order, entry.Groups, entry.BatchSize)));
}
