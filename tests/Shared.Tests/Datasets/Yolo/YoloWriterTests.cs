using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets.Yolo;

public sealed class YoloWriterTests : IDisposable
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> NoSplits = new Dictionary<string, IReadOnlyList<string>>();
    private readonly ImageFolder folder = new();

    [Fact]
    public void Labels_lists_and_names_are_written_as_yolos_tools_read_them()
    {
        var writer = Writer("cat", "yes");
        var annotation = new Annotation("yes", new Box(10, 20, 40, 60));

        Assert.Equal("images/x/a.JPG", writer.Add(new DatasetImage("x/a", "/somewhere/a.JPG"), 100, 80, [annotation]));
        Assert.Equal("images/b.png", writer.Add(new DatasetImage("b", "b.png"), 100, 80, []));
        writer.Finish(new Dictionary<string, IReadOnlyList<string>> { ["train"] = ["x/a"], ["val"] = ["b"] });

        Assert.Equal("1 0.25 0.5 0.3 0.5\n", File.ReadAllText(folder.At("labels/x/a.txt")));
        Assert.Equal("", File.ReadAllText(folder.At("labels/b.txt")));
        Assert.Equal("./images/x/a.JPG\n", File.ReadAllText(folder.At("train.txt")));
        Assert.Equal("train: train.txt\nval: val.txt\nnames:\n  0: \"cat\"\n  1: \"yes\"\n", File.ReadAllText(folder.At("data.yaml")));
        Assert.Empty(writer.Losses);
    }

    [Fact]
    public void What_yolo_cannot_hold_is_counted()
    {
        var writer = Writer("cat");
        writer.Add(
            new DatasetImage("a", "a.jpg"),
            100,
            80,
            [
                new Annotation(null, new Box(1, 1, 9, 9)),
                new Annotation("cat", new Box(1, 1, 9, 9)) { Marks = AnnotationMarks.Crowd },
                new Annotation("cat", new Box(1, 1, 9, 9)) { Marks = AnnotationMarks.Difficult },
                new Annotation("cat", new Box(1, 1, 9, 9)) { Marks = AnnotationMarks.Truncated },
                new Annotation("cat", new Box(-10, 0, 50, 80)),
            ]);

        Assert.Equal([3, 1, 1], writer.Losses.Values);
        Assert.Equal("0 0.05 0.0625 0.08 0.1\n0 0.25 0.5 0.5 1\n", File.ReadAllText(folder.At("labels/a.txt")));
    }

    [Theory]
    [InlineData("../a"), InlineData("/etc/a"), InlineData("a//b"), InlineData("a\nb")]
    public void An_id_that_leads_out_of_the_folder_is_refused(string id) =>
        Assert.Throws<UserErrorException>(() => Writer("cat").Add(new DatasetImage(id, "a.jpg"), 100, 80, []));

    [Fact]
    public void Two_images_that_differ_by_case_and_a_class_without_visible_name_are_refused()
    {
        var writer = Writer("cat");
        writer.Add(new DatasetImage("a", "a.jpg"), 100, 80, []);

        var refusal = Assert.Throws<UserErrorException>(() => writer.Add(new DatasetImage("A", "A.jpg"), 100, 80, []));
        Assert.Contains("only by case", refusal.Message);
        Assert.Contains("--label-map", Assert.Throws<UserErrorException>(() => Writer(" ")).Message);
        Assert.Throws<UserErrorException>(() => Writer("a\uD800"));
    }

    [Fact]
    public void What_is_written_is_read_again_with_every_name()
    {
        var name = AwkwardNames.All.Where(CanHold);
        var box = Gen.Select(Gen.Float[0, 60], Gen.Float[0, 50], Gen.Float[0.1f, 40], Gen.Float[0.1f, 30])
            .Select((x, y, width, height) => new Box(x, y, x + width, y + height));
        Gen.Select(name.Array[1, 5], Gen.Select(Gen.Int[0, 100], box).Array[0, 5]).Sample(
            (names, entries) =>
            {
                string[] classes = [.. names.Distinct(StringComparer.Ordinal)];
                Annotation[] written =
                    [.. entries.Select(entry => new Annotation(classes[entry.Item1 % classes.Length], entry.Item2)).Distinct()];
                using var target = new ImageFolder();
                var writer = DatasetFormats.Named("yolo").CreateWriter(target.Root, [.. classes.Select(entry => new DatasetClass(entry))]);
                var image = new DatasetImage("x/images/a", "a.png");
                target.Images(writer.Add(image, ImageFolder.WidthPixels, ImageFolder.HeightPixels, written));
                writer.Finish(NoSplits);

                var dataset = Dataset.Open(target.Root);
                Assert.Equal(classes, dataset.Classes.Select(entry => entry.Name));
                Assert.DoesNotContain(dataset.Findings, finding => finding.IsError);
                var read = ImageFolder.Read(dataset, Assert.Single(dataset.ImageIds));
                Assert.Empty(read.Findings);
                Assert.Equal(written.Select(entry => entry.Class), read.Annotations.Select(entry => entry.Class));
                for (var i = 0; i < written.Length; i++)
                {
                    BoxTolerance.AssertNear(written[i].Box, read.Annotations[i].Box, 0.0001f);
                }
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void The_largest_image_keeps_a_thousandth_of_a_pixel()
    {
        const int Side = 16384;
        var box = new Box(123.0625f, 15000.125f, 124.1875f, 16000.875f);
        var writer = Writer("cat");
        folder.Images(writer.Add(new DatasetImage("a", "a.png"), Side, Side, [new Annotation("cat", box)]));
        writer.Finish(NoSplits);

        var dataset = Dataset.Open(folder.Root);

        BoxTolerance.AssertNear(box, Assert.Single(dataset.Read(dataset.Image("a"), Side, Side).Annotations).Box, 0.001f);
    }

    public void Dispose() => folder.Dispose();

    private static bool CanHold(string name)
    {
        try
        {
            DatasetFormats.Named("yolo").CreateWriter("unused", [new DatasetClass(name)]);
            return true;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    private IDatasetWriter Writer(params string[] names) =>
        DatasetFormats.Named("yolo").CreateWriter(folder.Root, [.. names.Select(name => new DatasetClass(name))]);
}
