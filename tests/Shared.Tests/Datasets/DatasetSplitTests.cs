using System.Globalization;
using CsCheck;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets;

public sealed class DatasetSplitTests
{
    private static readonly string[] Twelve = Frames(12);

    [Fact]
    public void The_split_of_a_seed_is_the_one_that_it_has_always_been()
    {
        var split = DatasetSplit.Create(Twelve, 3);

        Assert.Equal(["000001", "000006", "000011"], split.Test);
        Assert.Equal(Twelve.Except(split.Test), split.Train);
        Assert.Empty(split.Validation);
    }

    [Fact]
    public void Frames_for_validation_come_from_those_to_learn_from_and_the_test_stays_what_it_is() =>
        Gen.Select(Gen.Int[1, 200], Gen.ULong, Gen.Double[0.01, 0.99], Gen.Double[0.01, 0.99]).Sample((count, seed, train, validation) =>
        {
            var without = DatasetSplit.Create(Frames(count), seed, new SplitFractions { Train = train });
            var split = DatasetSplit.Create(Frames(count), seed, new SplitFractions { Train = train, Validation = validation });

            Assert.Equal(without.Test, split.Test);
            Assert.Equal(Math.Min(without.Train.Count, (int)(count * validation)), split.Validation.Count);
            Assert.Equal(without.Train, split.Train.Concat(split.Validation).Order(StringComparer.Ordinal));
        });

    [Fact]
    public void No_group_is_divided_and_every_frame_is_in_one_list() => Gen.Select(Grouped, Gen.ULong).Sample((groups, seed) =>
    {
        var split = DatasetSplit.Create(groups.Keys, groups, seed, new SplitFractions { Validation = 0.1 });
        var reversed = DatasetSplit.Create(groups.Keys.Reverse(), groups, seed, new SplitFractions { Validation = 0.1 });

        var lists = new[] { split.Train, split.Validation, split.Test };
        Assert.Equal(groups.Keys.Order(StringComparer.Ordinal), lists.SelectMany(list => list).Order(StringComparer.Ordinal));
        var places = lists.SelectMany((list, place) => list.Select(frame => (Group: groups[frame], place))).Distinct().ToArray();
        Assert.Equal(places.Length, places.Select(entry => entry.Group).Distinct().Count());
        Assert.Equal((split.Train, split.Validation, split.Test), (reversed.Train, reversed.Validation, reversed.Test), SameLists);
    });

    [Fact]
    public void Shares_are_met_to_less_than_the_smallest_group_that_is_left() => Gen.Select(Grouped, Gen.ULong).Sample((groups, seed) =>
    {
        var split = DatasetSplit.Create(groups.Keys, groups, seed);
        var wanted = DatasetSplit.Create(groups.Keys, seed).Test.Count;

        var left = split.Train.GroupBy(frame => groups[frame]).Select(group => group.Count()).DefaultIfEmpty(0).Min();
        Assert.NotEmpty(split.Test);
        Assert.True(
            split.Test.Count >= wanted || 2 * (wanted - split.Test.Count) <= left || left == 0,
            $"{split.Test.Count} of {wanted}, a group of {left} is left");
    });

    [Fact]
    public void Another_seed_gives_another_split_of_groups()
    {
        var groups = Frames(60).ToDictionary(frame => frame, frame => frame[..5]);
        var splits = Enumerable.Range(0, 8).Select(seed => string.Join(' ', DatasetSplit.Create(groups.Keys, groups, (ulong)seed).Test));

        Assert.True(splits.Distinct().Count() > 1);
    }

    private static Gen<Dictionary<string, string>> Grouped { get; } =
        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 20], Gen.ULong).Select((count, groups, seed) =>
        {
            var random = new RandomNumbers(seed, "test");
            return Frames(count).ToDictionary(frame => frame, _ => $"drive{random.NextInt(1 + random.NextInt(groups))}");
        });

    private static string[] Frames(int count) =>
        [.. Enumerable.Range(0, count).Select(index => index.ToString("D6", CultureInfo.InvariantCulture))];

    private static bool SameLists(
        (IReadOnlyList<string> Train, IReadOnlyList<string> Validation, IReadOnlyList<string> Test) one,
        (IReadOnlyList<string> Train, IReadOnlyList<string> Validation, IReadOnlyList<string> Test) other) =>
        one.Train.SequenceEqual(other.Train) && one.Validation.SequenceEqual(other.Validation) && one.Test.SequenceEqual(other.Test);
}
