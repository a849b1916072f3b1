using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets;

public sealed class KittiLabelFileTests
{
    private const string Car = "Car 0.00 0 1.85 387.63 181.54 423.81 203.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57";

    [Fact]
    public void Every_real_label_file_is_read()
    {
        var dataset = Dataset.Open(SharedData.Path("data/kitti-sample"));

        Assert.Equal(16, dataset.ImageIds.Count);
        Annotation[] all = [.. dataset.Images.SelectMany(image => dataset.Read(image, 1242, 376).Annotations)];
        Assert.Equal(59, all.Count(entry => entry.Class == "Car"));
        Assert.Equal(48, all.Count(entry => entry.Class is null && entry.IsIgnored));
    }

    [Fact]
    public void An_empty_file_has_no_objects() => Assert.Empty(KittiLabelFile.Parse("", "a.txt"));

    [Theory]
    [InlineData(
        "Car 0.00 0 1.85 387.63 181.54 423.81 203.12 1.67 1.87 3.69 -16.53 2.39 58.49",
        "a.txt:2: expected 15 fields (label) or 16 (result), found 14; a class name with white space makes one too many.")]
    [InlineData(
        "Car 0.00 0 1.85 abc 181.54 423.81 203.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57",
        "a.txt:2: field 5 (left): 'abc' is not a finite number.")]
    [InlineData(
        "Car 0.00 0 1.85 387.63 NaN 423.81 203.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57",
        "a.txt:2: field 6 (top): 'NaN' is not a finite number.")]
    [InlineData(
        "Car 0.00 0 1.85 387.63 181.54 387.5 203.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57",
        "a.txt:2: field 7 (right): 387.5 is left of field 5 (left): 387.63.")]
    public void A_wrong_field_is_refused_with_file_line_field_and_reason(string line, string message) =>
        Assert.Equal(message, Assert.Throws<UserErrorException>(() => KittiLabelFile.Parse($"{Car}\n{line}\n", "a.txt")).Message);

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var side = Gen.Float[0, 1000];
        var entry = Gen.Select(
            Gen.Int[0, KittiClasses.Known.Count - 1].Select(i => KittiClasses.Known[i]),
            side,
            side,
            Gen.Float[0.5f, 500],
            Gen.Float[0.5f, 500],
            Gen.Float[0, 1])
            .Select(
                (type, x, y, width, height, score) => new KittiObject(type, 0.5f, 1, -10, new Box(x, y, x + width, y + height))
                {
                    Score = score,
                });
        entry.Array.Sample(objects => Assert.Equal(objects, KittiLabelFile.Parse(KittiLabelFile.Format(objects), "a.txt")));
    }

    [Fact]
    public void A_split_is_disjoint_complete_and_independent_of_the_order() =>
        Gen.Select(Gen.Int[1, 200], Gen.ULong).Sample((count, seed) =>
        {
            string[] frames = [.. Enumerable.Range(0, count).Select(i => i.ToString("D6"))];
            var split = DatasetSplit.Create(frames, seed);
            var reversed = DatasetSplit.Create(frames.Reverse(), seed);
            Assert.Equal(split.Train, reversed.Train);
            Assert.Empty(split.Train.Intersect(split.Test));
            Assert.Equal(frames, split.Train.Concat(split.Test).Order());
        });
}
