using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets;

public sealed class LabelMapTests
{
    [Fact]
    public void Types_are_classes_merged_or_left_out()
    {
        var map = new LabelMap(Classes(), Merge("Person_sitting", "Pedestrian"));
        Assert.Equal([0, 1, 1, -1, -1], new[] { "Car", "Pedestrian", "Person_sitting", "Tram", null }.Select(map.Label));
    }

    [Theory]
    [InlineData("Person_sitting", "Tram")]
    [InlineData("", "Car")]
    [InlineData("Car", "Pedestrian")]
    public void A_merge_that_means_nothing_is_refused(string from, string to) =>
        Assert.Contains(
            $"'{from}' cannot become '{to}'", Assert.Throws<UserErrorException>(() => new LabelMap(Classes(), Merge(from, to))).Message);

    [Fact]
    public void Nameless_repeated_and_missing_classes_are_refused()
    {
        Assert.Contains("labels[1]: a class needs a name", Refusal("Car", " "));
        Assert.Contains("'Car' is named twice", Refusal("Car", "Car"));
        Assert.Contains("at least one", Refusal());
    }

    [Fact]
    public void A_result_file_reads_back_as_results()
    {
        var text = KittiResultFile.Format([new Detection(1, 0.75f, new Box(1.5f, 2, 30, 40.25f))], Classes());
        var result = Assert.Single(KittiLabelFile.Parse(text, "a.txt"));
        Assert.Equal("Pedestrian -1 -1 -10 1.5 2 30 40.25 -1 -1 -1 -1000 -1000 -1000 -10 0.75\n", text);
        Assert.Equal(0.75f, result.Score);
    }

    private static string[] Classes() => ["Car", "Pedestrian"];

    private static Dictionary<string, string> Merge(string from, string to) => new() { [from] = to };

    private static string Refusal(params string[] classes) => Assert.Throws<UserErrorException>(() => new LabelMap(classes)).Message;
}
