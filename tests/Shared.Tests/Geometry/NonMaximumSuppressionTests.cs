using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Geometry;

public sealed class NonMaximumSuppressionTests
{
    private static readonly Gen<(Box Box, float Score)[]> Candidates =
        Gen.Select(Gen.Select(Gen.Float[0, 100], Gen.Float[0, 100], Gen.Float[1, 50], Gen.Float[1, 50]), Gen.Float[0, 1])
            .Select((sides, score) => (BoxAt(sides.Item1, sides.Item2, sides.Item3, sides.Item4), score)).Array[0, 60];

    [Fact]
    public void No_two_kept_boxes_overlap_beyond_the_threshold_and_every_other_one_lost_to_a_better() =>
        Candidates.Sample(candidates =>
        {
            var kept = new int[candidates.Length];
            var count = Run(candidates, kept);
            var winners = kept[..count];

            Assert.Equal(winners.OrderByDescending(i => candidates[i].Score).ThenBy(i => i), winners);
            bool Beats(int winner, int other) => winner != other && BoxIoU.Of(candidates[winner].Box, candidates[other].Box) > 0.5f;
            Assert.All(winners, a => Assert.DoesNotContain(winners, b => Beats(a, b)));
            Assert.All(
                Enumerable.Range(0, candidates.Length).Except(winners),
                lost => Assert.Contains(winners, winner => Beats(winner, lost) && candidates[winner].Score >= candidates[lost].Score));
        });

    [Fact]
    public void With_room_for_fewer_the_best_are_kept() =>
        Gen.Select(Candidates, Gen.Int[0, 60]).Sample((candidates, room) =>
        {
            var all = new int[candidates.Length];
            var count = Run(candidates, all);
            var best = new int[Math.Min(room, candidates.Length)];
            var kept = Run(candidates, best);

            Assert.Equal(all[..Math.Min(count, best.Length)], best[..kept]);
        });

    private static Box BoxAt(float x, float y, float width, float height) => new(x, y, x + width, y + height);

    private static int Run((Box Box, float Score)[] candidates, int[] kept) =>
        NonMaximumSuppression.Run([.. candidates.Select(entry => entry.Box)], [.. candidates.Select(entry => entry.Score)], 0.5f, kept);

    [Fact]
    public void Overlap_is_symmetric_and_between_0_and_1() =>
        Candidates.Where(candidates => candidates.Length > 1).Sample(candidates =>
        {
            var a = candidates[0].Box;
            var b = candidates[1].Box;
            Assert.Equal(BoxIoU.Of(a, b), BoxIoU.Of(b, a));
            Assert.InRange(BoxIoU.Of(a, b), 0, 1);
        });
}
