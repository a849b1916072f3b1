using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets;

/// <summary>What every format must keep when it is written and read.</summary>
public sealed class WrittenFormatsTests : IDisposable
{
    private readonly ImageFolder folder = new();

    public static TheoryData<string> Formats => [.. DatasetFormats.Names];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_written_data_set_is_recognized_and_has_its_classes_boxes_and_images_without_objects(string format)
    {
        var writer = DatasetFormats.Named(format).CreateWriter(folder.Root, [new DatasetClass("Car"), new DatasetClass("köter")]);
        var box = new Box(10, 20, 40.5f, 60);
        folder.Images(Add(writer, "a", new Annotation("köter", box), new Annotation("Car", box)), Add(writer, "b"));
        writer.Finish(new Dictionary<string, IReadOnlyList<string>>());

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal(format, dataset.Format.Name);
        Assert.Equal(["a", "b"], dataset.ImageIds);
        Assert.Equal(["Car", "köter"], dataset.Classes.Select(entry => entry.Name));
        Assert.DoesNotContain(dataset.Findings, finding => finding.IsError);
        var labels = ImageFolder.Read(dataset, "a");
        Assert.Empty(labels.Findings);
        Assert.Equal(["köter", "Car"], labels.Annotations.Select(entry => entry.Class));
        Assert.All(labels.Annotations, annotation => BoxTolerance.AssertNear(box, annotation.Box, 0.0001f));
        Assert.Empty(ImageFolder.Read(dataset, "b").Annotations);
    }

    [Theory]
    [InlineData("voc"), InlineData("yolo")]
    public void The_blood_cells_are_the_same_in_another_format(string format)
    {
        const int Width = 640, Height = 480;
        var original = Dataset.Open(SharedData.Path("data/bccd-voc"));
        var writer = DatasetFormats.Named(format).CreateWriter(folder.Root, original.Classes);
        foreach (var image in original.Images)
        {
            folder.Bytes(writer.Add(image, Width, Height, original.Read(image, Width, Height).Annotations), []);
        }

        writer.Finish(original.Splits);
        var written = Dataset.Open(folder.Root);

        Assert.Equal(original.ImageIds, written.ImageIds);
        Assert.Equal(original.Splits, written.Splits);
        Assert.Equal(original.Classes.Select(entry => entry.Name), written.Classes.Select(entry => entry.Name));
        foreach (var image in original.Images)
        {
            var expected = original.Read(image, Width, Height).Annotations;
            var actual = written.Read(written.Image(image.Id), Width, Height).Annotations;
            Assert.Equal(expected.Select(entry => entry.Class), actual.Select(entry => entry.Class));
            foreach (var (first, second) in expected.Zip(actual))
            {
                BoxTolerance.AssertNear(Inside(first.Box, format, Width, Height), second.Box, 0.001f);
            }
        }
    }

    public void Dispose() => folder.Dispose();

    private static string Add(IDatasetWriter writer, string id, params Annotation[] annotations) =>
        writer.Add(new DatasetImage(id, id + ".png"), ImageFolder.WidthPixels, ImageFolder.HeightPixels, annotations);

    /// <summary>YOLO's boxes end at the border.</summary>
    private static Box Inside(in Box box, string format, int width, int height) => format != "yolo" ? box : new Box(
        X1: Math.Max(0, box.X1),
        Y1: Math.Max(0, box.Y1),
        X2: Math.Min(width, box.X2),
        Y2: Math.Min(height, box.Y2));
}
