using Pipeline.Shared.Datasets.Checking;

namespace Pipeline.Shared.Tests.Datasets.Checking;

public sealed class NearClassesTests
{
    [Theory]
    [InlineData("forklift", "Forklift"), InlineData("forklift", "forklfit"), InlineData("forklift", "forklifts")]
    [InlineData("traffic light", "traffic  light"), InlineData("traffic light", "traffic_light")]
    [InlineData("traffic light", "trafficlight")]
    [InlineData("car", "CAR"), InlineData("car", " car"), InlineData("погрузчик", "Погрузчик"), InlineData("叉车 大", "叉车大")]
    public void Names_that_differ_by_case_white_space_or_a_letter_are_a_warning_with_both_names_and_counts(string one, string other)
    {
        var finding = Assert.Single(Find((one, 700), (other, 500), ("something else", 1)));

        Assert.False(finding.IsError);
        Assert.Contains($"'{one}' (700 objects)", finding.Message);
        Assert.Contains($"'{other}' (500 objects)", finding.Message);
    }

    [Theory]
    [InlineData("RBC", "WBC"), InlineData("car", "cat"), InlineData("class1", "class2"), InlineData("lane", "lane2")]
    [InlineData("type A", "type B"), InlineData("traffic light", "traffic sign"), InlineData("0", "1"), InlineData("bus", "bicycle")]
    public void Short_and_numbered_names_are_different_classes(string one, string other) =>
        Assert.Empty(Find((one, 700), (other, 500)));

    [Theory]
    [InlineData("Car", 59, "Cat", 1), InlineData("RBC", 4000, "RBV", 12), InlineData("Car", 3, "Cars", 2)]
    public void A_rare_short_name_is_taken_for_a_mistake(string one, int objects, string other, int few) =>
        Assert.Single(Find((one, objects), (other, few)));

    [Fact]
    public void A_short_class_without_objects_is_none() => Assert.Empty(Find(("car", 59), ("cat", 0)));

    private static IEnumerable<Shared.Datasets.Finding> Find(params (string Name, int Objects)[] classes) => NearClasses.Find(
        "data", [.. classes.Select(entry => new ClassCount(entry.Name, Objects: entry.Objects, Images: 1, Ignored: 0))]);
}
