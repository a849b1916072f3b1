using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared.Geometry;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class HostSuppressionTests
{
    private static readonly Gen<(float X, float Y, float Width, float Height, float Score)> Row =
        Gen.Select(Gen.Float[0, 100], Gen.Float[0, 100], Gen.Float[1, 50], Gen.Float[1, 50], Gen.Int[0, 8].Select(eighths => eighths / 8f));

    [Fact]
    public void Images_and_groups_suppress_each_for_itself_and_an_image_keeps_its_best_in_order() =>
        Gen.Select(Row.Array[0, 24].Array[4], Gen.Int[1, 12]).Sample((lists, most) =>
        {
            using var scope = NewDisposeScope();
            int First(int index) => lists.Take(index).Sum(before => before.Length);
            BoxGroup[] groups = [.. lists.Select((list, index) => new BoxGroup(index / 2, First(index), list.Length, 1))];
            var rows = lists.SelectMany(list => list).ToArray();
            float[] corners = [.. rows.SelectMany(row => new[] { row.X, row.Y, row.X + row.Width, row.Y + row.Height })];
            var rule = new SuppressionRule(MinSidePixels: 5, MinScore: 0.125, Inclusive: false, IouThreshold: 0.5, most);

            var scores = tensor(rows.Select(row => row.Score).ToArray());
            var kept = HostSuppression.Run(tensor(corners, [rows.Length, 4]), scores, groups, 2, rule);

            var expected = groups.GroupBy(group => group.Image).Select(image => OneByOne(image, rows, rule)).ToArray();
            Assert.Equal(expected.Select(image => (long)image.Length), kept.Counts);
            Assert.Equal(expected.SelectMany(image => image), kept.Rows.data<long>().ToArray());
        });

    [Fact]
    public void Groups_that_lie_interleaved_are_told_apart()
    {
        using var scope = NewDisposeScope();
        var boxes = tensor(new float[] { 0, 0, 10, 10, 0, 0, 10, 10, 0, 0, 10, 9, 0, 0, 10, 9 }, [4, 4]);
        var rule = new SuppressionRule(0, 0, Inclusive: false, IouThreshold: 0.5, TopN: 10);

        var scores = tensor(new[] { 0.9f, 0.1f, 0.2f, 0.8f });
        var kept = HostSuppression.Run(boxes, scores, [new BoxGroup(0, 0, 2, 2), new BoxGroup(0, 1, 2, 2)], 1, rule);

        Assert.Equal([0L, 3L], kept.Rows.data<long>().ToArray());
    }

    [Fact]
    public void A_batch_without_boxes_keeps_none()
    {
        using var scope = NewDisposeScope();
        var rule = new SuppressionRule(0, 0, Inclusive: false, IouThreshold: 0.5, TopN: 10);

        var kept = HostSuppression.Run(zeros(0, 4), zeros(0), [new BoxGroup(0, 0, 0, 1)], 2, rule);

        Assert.Equal([0L, 0L], kept.Counts);
        Assert.Equal(0, kept.Rows.shape[0]);
    }

    private static long[] OneByOne(
        IEnumerable<BoxGroup> groups, (float X, float Y, float Width, float Height, float Score)[] rows, SuppressionRule rule)
    {
        IEnumerable<int> InOrder(IEnumerable<int> indices) => indices.OrderByDescending(index => rows[index].Score).ThenBy(index => index);
        Box BoxOf(int index) => new(rows[index].X, rows[index].Y, rows[index].X + rows[index].Width, rows[index].Y + rows[index].Height);
        var all = new List<int>();
        foreach (var group in groups)
        {
            var kept = new List<int>();
            foreach (var index in InOrder(Enumerable.Range(group.First, group.Count)))
            {
                var overlaps = kept.Any(better => BoxIoU.Of(BoxOf(better), BoxOf(index)) > (float)rule.IouThreshold);
                if (!overlaps && rule.Keeps(BoxOf(index), rows[index].Score))
                {
                    kept.Add(index);
                }
            }

            all.AddRange(kept);
        }

        return [.. InOrder(all).Take(rule.TopN).Select(index => (long)index)];
    }
}
