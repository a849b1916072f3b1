using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets.Voc;

public sealed class VocWriterTests : IDisposable
{
    private const float TolerancePixels = 0.001f;
    private static readonly AnnotationMarks[] Marks =
        [AnnotationMarks.None, AnnotationMarks.Difficult, AnnotationMarks.Truncated | AnnotationMarks.Occluded];

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> NoSplits = new Dictionary<string, IReadOnlyList<string>>();
    private readonly ImageFolder folder = new();

    [Fact]
    public void Objects_are_written_as_voc_has_them()
    {
        var writer = Writer("cat");
        var annotation = new Annotation("cat", new Box(10, 20.25f, 40, 60)) { Marks = AnnotationMarks.Truncated };

        Assert.Equal("JPEGImages/x_a.JPG", writer.Add(new DatasetImage("x/a", "/somewhere/a.JPG"), 100, 80, [annotation]));
        writer.Finish(new Dictionary<string, IReadOnlyList<string>> { ["train"] = ["x/a"] });

        var text = File.ReadAllText(folder.At("Annotations/x_a.xml"));
        Assert.StartsWith("<annotation>\n\t<folder>JPEGImages</folder>\n\t<filename>x_a.JPG</filename>\n\t<size>\n", text);
        Assert.Contains("<xmin>11</xmin>\n\t\t\t<ymin>21.25</ymin>\n\t\t\t<xmax>40</xmax>\n\t\t\t<ymax>60</ymax>", text);
        Assert.Contains("<truncated>1</truncated>\n\t\t<occluded>0</occluded>\n\t\t<difficult>0</difficult>", text);
        Assert.Equal("x_a\n", File.ReadAllText(folder.At("ImageSets/Main/train.txt")));
        Assert.Empty(writer.Losses);
    }

    [Fact]
    public void What_voc_cannot_hold_is_counted()
    {
        var writer = Writer("cat");
        writer.Add(
            new DatasetImage("a", "a.jpg"),
            100,
            80,
            [
                new Annotation(null, new Box(1, 1, 9, 9)),
                new Annotation("cat", new Box(1, 1, 9, 9)) { Marks = AnnotationMarks.Crowd },
                new Annotation("cat", new Box(1, 1, 2, 9)),
            ]);

        Assert.Equal(3, writer.Losses.Count);
        Assert.All(writer.Losses.Values, count => Assert.Equal(1, count));
        Assert.Contains("<difficult>1</difficult>", File.ReadAllText(folder.At("Annotations/a.xml")));
    }

    [Theory]
    [InlineData(""), InlineData(" cat"), InlineData("a\u0001b"), InlineData("a\nb")]
    public void A_class_that_xml_cannot_hold_is_refused(string name) =>
        Assert.Contains("--label-map", Assert.Throws<UserErrorException>(() => Writer(name)).Message);

    [Fact]
    public void A_class_that_is_not_text_is_refused()
    {
        Assert.Throws<UserErrorException>(() => Writer("a\uD800"));
        Assert.Throws<UserErrorException>(() => Writer("a\uFFFF"));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var names = AwkwardNames.All.Where(CanHold);
        var annotation = Gen.Select(
            names,
            Gen.Select(Gen.Float[-0.5f, 60], Gen.Float[-0.5f, 50], Gen.Float[1.01f, 40], Gen.Float[1.01f, 30]),
            Gen.Int[0, 2].Select(index => Marks[index]));
        annotation.Array[0, 4].Sample(
            entries =>
            {
                Annotation[] written =
                [
                    .. entries.Select(entry => new Annotation(entry.Item1, BoxOf(entry.Item2)) { Marks = entry.Item3 }),
                ];
                using var target = new ImageFolder();
                string[] classes = [.. written.Select(entry => entry.Class!).Distinct()];
                var writer = DatasetFormats.Named("voc").CreateWriter(target.Root, [.. classes.Select(name => new DatasetClass(name))]);
                target.Images(writer.Add(new DatasetImage("a", "a.png"), ImageFolder.WidthPixels, ImageFolder.HeightPixels, written));
                writer.Finish(NoSplits);

                var dataset = Dataset.Open(target.Root);
                var read = ImageFolder.Read(dataset, "a");
                Assert.Empty(read.Findings);
                Assert.Equal(classes.Order(StringComparer.Ordinal), dataset.Classes.Select(entry => entry.Name));
                Assert.Equal(written.Select(entry => entry.Class), read.Annotations.Select(entry => entry.Class));
                Assert.Equal(written.Select(entry => entry.Marks), read.Annotations.Select(entry => entry.Marks));
                for (var i = 0; i < written.Length; i++)
                {
                    BoxTolerance.AssertNear(written[i].Box, read.Annotations[i].Box, TolerancePixels);
                }
            },
            iter: 200,
            threads: 1);
    }

    public void Dispose() => folder.Dispose();

    private static bool CanHold(string name)
    {
        try
        {
            DatasetFormats.Named("voc").CreateWriter("unused", [new DatasetClass(name)]);
            return true;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    private static Box BoxOf((float X, float Y, float Width, float Height) box) => new(box.X, box.Y, box.X + box.Width, box.Y + box.Height);

    private IDatasetWriter Writer(string name) => DatasetFormats.Named("voc").CreateWriter(folder.Root, [new DatasetClass(name)]);
}
