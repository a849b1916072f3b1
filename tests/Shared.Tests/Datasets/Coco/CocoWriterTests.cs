using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Coco;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets.Coco;

public sealed class CocoWriterTests : IDisposable
{
    private const float Tolerance = 1e-4f;   // four decimals are written; 640 as a float has steps of 6e-5

    private static readonly Gen<Box> BoxGen = Gen.Select(
        Gen.Float[0, 600],
        Gen.Float[0, 400],
        Gen.Float[0.01f, 40],
        Gen.Float[0.01f, 80],
        (x, y, width, height) => new Box(x, y, x + width, y + height));

    private static readonly Gen<WrittenSet> SetGen = Gen.Select(
        Gen.Long[0, 1000].HashSet[2, 5],
        Gen.Long[0, 1_000_000].HashSet[1, 6],
        Gen.Int[0, 10_000].HashSet[20],
        BoxGen.Array[0, 20],
        Gen.Int[0, 63].Array[20],
        (classes, images, ids, boxes, picks) => new WrittenSet([.. classes], [.. images], [.. ids], boxes, picks));

    private readonly CocoFolder coco = new();

    [Fact]
    public void What_is_written_is_read_again_with_its_ids() => SetGen.Sample(
        set =>
        {
            using var folder = new CocoFolder();
            Write(folder, set);

            var dataset = Dataset.Open(folder.Root);

            Assert.Equal(set.Classes, dataset.Classes);
            Assert.Equal(set.Images.Select(image => image.Id).Order(StringComparer.Ordinal), dataset.ImageIds);
            foreach (var image in set.Images)
            {
                Assert.Equal(image.SourceId, dataset.Image(image.Id).SourceId);
                Assert.Equal((640, 480), dataset.Image(image.Id).DeclaredSize);
                Annotation[] read = [.. dataset.Read(dataset.Image(image.Id), 640, 480).Annotations];
                var written = set.Of(image).ToArray();
                Assert.Equal(written.Length, read.Length);
                Assert.All(written.Zip(read), pair => AssertSame(pair.First, pair.Second));
            }
        },
        iter: 100,
        threads: 1);

    [Fact]
    public void Ids_that_are_missing_or_taken_are_numbered_past_the_largest()
    {
        DatasetClass[] classes = [new("car", 5), new("bus"), new("van", 5)];
        var writer = new CocoFormat().CreateWriter(coco.Root, classes);
        Add(writer, "a.jpg", "9", Object("car", id: 4), Object("bus", id: null));
        Add(writer, "b.jpg", null, Object("van", id: 4));
        Add(writer, "c.jpg", "\"x\"");
        Add(writer, "d.jpg", "9");
        writer.Finish(new Dictionary<string, IReadOnlyList<string>>());

        var dataset = Dataset.Open(coco.Root);

        Assert.Equal([5, 6, 7], dataset.Classes.Select(entry => entry.Id!.Value));
        Assert.Equal(["9", "10", "\"x\"", "11"], dataset.Images.Select(image => image.SourceId));
        var ids = dataset.Images.SelectMany(image => dataset.Read(image, 640, 480).Annotations).Select(annotation => annotation.Id);
        Assert.Equal([4, 5, 6], ids);
    }

    [Fact]
    public void Numbers_have_no_noise()
    {
        var writer = new CocoFormat().CreateWriter(coco.Root, [new DatasetClass("图 & <b>\"")]);
        Add(writer, "a b/ü.jpg", null, new Annotation("图 & <b>\"", new Box(0.1f, 100.3f, 10.4f, 110.6f)));
        writer.Finish(new Dictionary<string, IReadOnlyList<string>>());

        Assert.Equal(
            """{"images":[{"id":1,"file_name":"a b/ü.jpg","width":640,"height":480}],"""
            + """ "annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[0.1,100.3,10.3,10.3],"area":106.09,"iscrowd":0}],""".Trim()
            + """ "categories":[{"id":1,"name":"图 & <b>\""}]}""".Trim(),
            File.ReadAllText(coco.File));
        Assert.Equal("图 & <b>\"", Assert.Single(Dataset.Open(coco.Root).Classes).Name);
    }

    [Fact]
    public void A_box_thinner_than_the_decimals_keeps_its_area()
    {
        var writer = new CocoFormat().CreateWriter(coco.Root, [new DatasetClass("car")]);
        Add(writer, "a.jpg", null, new Annotation("car", new Box(0, 0, 1e-5f, 3)));
        writer.Finish(new Dictionary<string, IReadOnlyList<string>>());

        var dataset = Dataset.Open(coco.Root);

        Assert.Equal(1e-5f, Assert.Single(dataset.Read(dataset.Image("a"), 640, 480).Annotations).Box.X2);
    }

    [Fact]
    public void What_the_file_cannot_hold_is_counted()
    {
        var writer = new CocoFormat().CreateWriter(coco.Root, [new DatasetClass("car")]);
        Add(
            writer, "a.jpg", null,
            Object("car", marks: AnnotationMarks.Difficult),
            Object("car", marks: AnnotationMarks.Crowd),
            Object("car", marks: AnnotationMarks.Truncated | AnnotationMarks.Occluded),
            Object(null));
        writer.Finish(new Dictionary<string, IReadOnlyList<string>> { ["train"] = ["a"] });

        var dataset = Dataset.Open(coco.Root);

        AnnotationMarks[] expected = [AnnotationMarks.Crowd, AnnotationMarks.Crowd, AnnotationMarks.None];
        Assert.Equal(expected, dataset.Read(dataset.Image("a"), 640, 480).Annotations.Select(annotation => annotation.Marks));
        string[] losses =
        [
            "difficult objects are written as crowds", "objects lose that they are truncated or occluded",
            "regions of any class are left out",
            "images are in the list 'train', for which COCO's annotation file has no place",
        ];
        Assert.Equal(losses, writer.Losses.Keys);
        Assert.All(writer.Losses.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Two_images_of_one_id_are_refused()
    {
        var writer = new CocoFormat().CreateWriter(coco.Root, [new DatasetClass("car")]);
        Add(writer, "a.jpg", null);

        Assert.Throws<UserErrorException>(() => Add(writer, "a.jpg", null));
    }

    public void Dispose() => coco.Dispose();

    private static Annotation Object(string? name, long? id = null, AnnotationMarks marks = AnnotationMarks.None) =>
        new(name, new Box(1, 2, 3, 4)) { Id = id, Marks = marks };

    private void Add(IDatasetWriter writer, string file, string? sourceId, params Annotation[] annotations) =>
        Add(coco, writer, new DatasetImage(Path.ChangeExtension(file, null), file) { SourceId = sourceId }, annotations);

    private static void Add(CocoFolder folder, IDatasetWriter writer, DatasetImage image, IReadOnlyList<Annotation> annotations) =>
        folder.WithImages(writer.Add(image, 640, 480, annotations));

    private static void Write(CocoFolder folder, WrittenSet set)
    {
        var writer = new CocoFormat().CreateWriter(folder.Root, set.Classes);
        foreach (var image in set.Images)
        {
            Add(folder, writer, image, [.. set.Of(image)]);
        }

        writer.Finish(new Dictionary<string, IReadOnlyList<string>>());
        Assert.Empty(writer.Losses);
    }

    private static void AssertSame(Annotation written, Annotation read)
    {
        Assert.Equal(written.Class, read.Class);
        Assert.Equal(written.Id, read.Id);
        Assert.Equal(written.Marks, read.Marks);
        Assert.Equal(written.Box.X1, read.Box.X1, Tolerance);
        Assert.Equal(written.Box.Y1, read.Box.Y1, Tolerance);
        Assert.Equal(written.Box.X2, read.Box.X2, Tolerance);
        Assert.Equal(written.Box.Y2, read.Box.Y2, Tolerance);
    }

    /// <summary>Classes and images of these ids, and an annotation for each box.</summary>
    private sealed class WrittenSet(long[] classIds, long[] imageIds, int[] ids, Box[] boxes, int[] picks)
    {
        public DatasetClass[] Classes { get; } = [.. classIds.Select(id => new DatasetClass($"класс {id}", id))];

        public DatasetImage[] Images { get; } = [.. imageIds.Select(id => new DatasetImage($"части/{id % 7} {id}", "x.png")
        {
            SourceId = id % 2 == 0 ? $"{id}" : $"\"{id}\"",
        })];

        public IEnumerable<Annotation> Of(DatasetImage image)
        {
            for (var i = 0; i < boxes.Length; i++)
            {
                if (Images[picks[i] % Images.Length] == image)
                {
                    var marks = picks[i] % 5 == 0 ? AnnotationMarks.Crowd : AnnotationMarks.None;
                    var name = Classes[picks[i] % Classes.Length].Name;
                    yield return new Annotation(name, boxes[i]) { Id = ids[i], Marks = marks };
                }
            }
        }
    }
}
