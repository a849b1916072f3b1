using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets.Yolo;

/// <summary>Images of these tests have 100 × 80 pixels.</summary>
public sealed class YoloLabelTests : IDisposable
{
    private readonly ImageFolder folder = new ImageFolder().Images("images/a.jpg").Text("classes.txt", "cat\nred dog\n");

    [Theory]
    [InlineData("0 0.5 0.5 0.2 0.5")]
    [InlineData("0\t0.5  5e-1 2E-1 .5\r\n")]
    [InlineData("\uFEFF  0.0 +0.5 0.5 0.2 0.5  \n\n")]
    public void Centre_and_size_are_fractions_of_the_image(string text)
    {
        var labels = Read(text);

        Assert.Equal(new Annotation("cat", new Box(40, 20, 60, 60)) { Place = 1 }, Assert.Single(labels.Annotations));
        Assert.Empty(labels.Findings);
    }

    [Theory]
    [InlineData("0 0.5 0.5 0.2 0.5 0.9", "confidence")]
    [InlineData("0 0.4 0.25 0.6 0.25 0.6 0.75 0.4 0.75", "polygon")]
    [InlineData("0 0.4 0.25 0.6 0.25 0.5 0.75", "polygon")]
    [InlineData("0 0.5 0.5 0.2 0.5\n0 0.5 0.5 0.2 0.5", "line 1")]
    [InlineData("0 0.5 0.5 0.2 0.5\n1 0.5 0.5 0 0.5", "no area")]
    public void What_is_odd_is_a_warning(string text, string expected)
    {
        var labels = Read(text);

        Assert.Equal(new Box(40, 20, 60, 60), Assert.Single(labels.Annotations).Box);
        var finding = Assert.Single(labels.Findings);
        Assert.False(finding.IsError);
        Assert.Contains(expected, finding.Message);
    }

    [Theory]
    [InlineData("0 0.5 0.5 0.2", "found 4")]
    [InlineData("0 0.5 0.5 0.2 0.5 1 2 1", "found 8")]
    [InlineData("cat 0.5 0.5 0.2 0.5", "field 1 (class): 'cat'")]
    [InlineData("-1 0.5 0.5 0.2 0.5", "field 1 (class): '-1'")]
    [InlineData("0.5 0.5 0.5 0.2 0.5", "field 1 (class): '0.5'")]
    [InlineData("1e30 0.5 0.5 0.2 0.5", "field 1 (class): '1e30'")]
    [InlineData("2 0.5 0.5 0.2 0.5", "class 2 has no name")]
    [InlineData("0 50 40 20 40", "field 2 (center x): '50' is not between 0 and 1; YOLO's numbers are fractions")]
    [InlineData("0 0.5 0.5 20 0.5", "field 4 (width): '20'")]
    [InlineData("0 NaN 0.5 0.2 0.5", "'NaN' is not a finite number")]
    [InlineData("0 0.5 0.5 Infinity 0.5", "'Infinity' is not a finite number")]
    [InlineData("0 0.5 0.5 0.2 -0.5", "field 5 (height): '-0.5' is negative")]
    [InlineData("0 0,5 0.5 0.2 0.5", "'0,5' is not a finite number")]
    [InlineData("0 0.4 0.25 0.6 0.25 0.5 75", "field 7 (y): '75'")]
    public void What_cannot_be_meant_is_an_error_with_its_line(string line, string expected)
    {
        var labels = Read("1 0.5 0.5 0.2 0.5\n\n" + line);

        Assert.Single(labels.Annotations);
        var finding = Assert.Single(labels.Findings);
        Assert.True(finding.IsError);
        Assert.EndsWith("a.txt:3", finding.At);
        Assert.Contains(expected, finding.Message);
    }

    [Theory]
    [InlineData("0 0.5 0.5 1.05 1", true)]
    [InlineData("0 0 0.5 0.1 0.5", true)]
    [InlineData("0 0.5 0.5 1.01 1", false)]
    public void A_box_over_the_border_is_treated_as_in_every_format(string line, bool isSaid)
    {
        var labels = Read(line);

        Assert.Single(labels.Annotations);
        Assert.Equal(isSaid, labels.Findings.Any(finding => finding.Message.Contains("extends beyond")));
    }

    [Fact]
    public void Classes_without_names_are_called_by_their_numbers()
    {
        using var bare = new ImageFolder().Images("images/a.jpg").Text("labels/a.txt", "10 0.5 0.5 0.2 0.5\n2 0.5 0.5 0.1 0.1");

        var dataset = Dataset.Open(bare.Root);

        Assert.Equal([new DatasetClass("2", 2), new DatasetClass("10", 10)], dataset.Classes);
        Assert.Equal(["10", "2"], ImageFolder.Read(dataset, "a").Annotations.Select(entry => entry.Class));
        Assert.Contains("called by their numbers", Assert.Single(dataset.Findings).Message);
    }

    [Fact]
    public void Damage_of_any_kind_gives_findings_and_nothing_else()
    {
        var original = "0 0.5 0.5 0.2 0.5\n1 0.4 0.25 0.6 0.25 0.6 0.75 0.4 0.75\r\n0 5e-1 0.5 0.2 0.5 0.9\n"u8.ToArray();
        DamagedBytes.Of(original).Sample(
            bytes =>
            {
                folder.Bytes("labels/a.txt", bytes);
                var labels = ImageFolder.Read(Dataset.Open(folder.Root, "yolo"), "a");
                Assert.All(labels.Findings, finding => Assert.Contains("a.txt", finding.At));
                Assert.All(labels.Annotations, entry => Assert.True(entry.Box.Area > 0));
            },
            iter: 1000,
            threads: 1);
    }

    public void Dispose() => folder.Dispose();

    private ImageLabels Read(string text) => ImageFolder.Read(Dataset.Open(folder.Text("labels/a.txt", text).Root, "yolo"), "a");
}
