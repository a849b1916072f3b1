using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Tests.Datasets.Coco;
using Pipeline.Shared.Tests.Datasets.Voc;

namespace Pipeline.Shared.Tests.Datasets;

public sealed class ExactLabelsTests
{
    private const int Width = 100, Height = 80;

    [Fact]
    public void Kitti_keeps_every_digit_and_what_training_leaves_out()
    {
        using var folder = new ImageFolder();
        folder.Text("000007.txt", """
            Car 0.15 2 -1.57 614.24 181.78 727.31 284.77 1.57 1.73 4.15 1.00 1.75 13.22 -1.62
            Pedestrian 0.00 0 -10 10.1 20.2 10.1 70.7 -1 -1 -1 -1000 -1000 -1000 -10

            DontCare -1 -1 -10 503.89 169.71 590.61 190.13 -1 -1 -1 -1000 -1000 -1000 -10
            """);

        var dataset = Dataset.OpenLabels(folder.Root);
        var image = Assert.Single(dataset.Images);
        var labels = dataset.Truth(image, Width, Height);

        Assert.Equal("000007", image.Id);
        Assert.Equal(["Car", "Pedestrian", null], labels.Select(label => label.Class));
        Assert.Equal(ExactBox.FromCorners(614.24, 181.78, 727.31, 284.77), labels[0].Box);
        Assert.Equal(0.15, labels[0].Truncation);
        Assert.Equal([2, 0, -1], labels.Select(label => label.Occlusion));
        Assert.Equal(0, labels[1].Box.Width);
        Assert.Equal([1, 2, 4], labels.Select(label => label.Place));
        Assert.Equal(AnnotationMarks.Truncated | AnnotationMarks.Occluded, labels[0].Marks);
    }

    [Theory]
    [InlineData("Car 0 0 -10 10 20 30 4O -1 -1 -1 -1 -1 -1 -10", "field 8 (bottom): '4O' is not a finite number")]
    [InlineData("Car 0 0 -10 30 20 10 40 -1 -1 -1 -1 -1 -1 -10", "field 7 (right): 10 is left of field 5 (left): 30")]
    public void A_wrong_line_is_an_error_with_file_and_line(string line, string expected)
    {
        using var folder = new ImageFolder();
        folder.Text("000007.txt", "Car 0 0 -10 10 20 30 40 -1 -1 -1 -1 -1 -1 -10\n" + line);
        var dataset = Dataset.OpenLabels(folder.Root, "kitti");

        var message = Assert.Throws<UserErrorException>(() => dataset.Truth(dataset.Images[0], Width, Height)).Message;

        Assert.Contains($"000007.txt:2: {expected}", message);
    }

    [Fact]
    public void Coco_keeps_sides_areas_and_objects_without_area_or_outside()
    {
        using var folder = new CocoFolder();
        var file = folder.Write("labels.json", CocoFolder.Json(
            """[{"id": 7}]""",
            """
            [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [0.1, 0.2, 0.3, 0.4], "area": 0.05, "iscrowd": 1},
             {"id": 2, "image_id": 7, "category_id": 3, "bbox": [5, 5, 0, 3]},
             {"id": 3, "image_id": 7, "category_id": 90, "bbox": [-500, 5, 10, 3], "area": 30}]
            """));

        var dataset = Dataset.OpenLabels(file);
        var image = Assert.Single(dataset.Images);
        var labels = dataset.Truth(image, Width, Height);

        Assert.Equal("7", image.SourceId);
        Assert.Equal(ExactBox.FromSides(0.1, 0.2, 0.3, 0.4), labels[0].Box);
        Assert.NotEqual(ExactBox.FromCorners(0.1, 0.2, 0.1 + 0.3, 0.2 + 0.4), labels[0].Box);
        Assert.Equal([0.05, null, 30], labels.Select(label => label.AreaPixels));
        Assert.Equal([AnnotationMarks.Crowd, AnnotationMarks.None, AnnotationMarks.None], labels.Select(label => label.Marks));
        Assert.Equal(["forklift", "forklift", "палета"], labels.Select(label => label.Class));
        Assert.Equal([0], dataset.Read(image, 10_000, 10_000).Annotations.Select(entry => entry.Place));
    }

    [Theory]
    [InlineData("\"area\": \"12\"", "annotations[1].area: \"12\" is not a finite number")]
    [InlineData("\"bbox\": [1, 2, null, 4]", "annotations[1].bbox: null is not a finite number")]
    [InlineData("\"id\": 1", "annotations[1].id: 1 is already the id of annotations[0]")]
    public void A_wrong_annotation_is_an_error_of_the_truth(string member, string expected)
    {
        using var folder = new CocoFolder();
        var second = member.Contains("bbox", StringComparison.Ordinal) ? member : $"\"bbox\": [1, 2, 3, 4], {member}";
        var file = folder.Write("labels.json", CocoFolder.Json(
            """[{"id": 7}]""",
            $$"""
            [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4]}, {"image_id": 7, "category_id": 3, {{second}}}]
            """));
        var dataset = Dataset.OpenLabels(file);

        var message = Assert.Throws<UserErrorException>(() => dataset.Truth(dataset.Images[0], Width, Height)).Message;

        Assert.Contains(expected, message);
    }

    [Fact]
    public void Voc_widens_its_corners_by_the_pixel_that_official_code_adds()
    {
        using var folder = new ImageFolder();
        folder.Text("Annotations/a.xml", VocXmlOf.Objects(
            VocXmlOf.Object("cat", "11 21 40.5 60.25", "<difficult>1</difficult>"), VocXmlOf.Object("dog", "7 8 7 9")));

        var dataset = Dataset.OpenLabels(Path.Combine(folder.Root, "Annotations"));
        var labels = dataset.Truth(dataset.Images[0], Width, Height);

        Assert.Equal(ExactBox.FromCorners(10, 20, 40.5, 60.25), labels[0].Box);
        Assert.Equal(AnnotationMarks.Difficult, labels[0].Marks);
        Assert.Equal((1.0, 2.0), (labels[1].Box.Width, labels[1].Box.Height));
        Assert.Equal("a", Assert.Single(dataset.Images).Id);
    }

    [Fact]
    public void Yolo_multiplies_by_the_size_of_the_image_in_double_precision()
    {
        using var folder = new ImageFolder().Images("images/a.jpg").Text("classes.txt", "cat\n");
        folder.Text("labels/a.txt", "0 0.3 0.5 0.1 0.7\n");

        var dataset = Dataset.OpenLabels(folder.Root);
        var label = Assert.Single(dataset.Truth(dataset.Images[0], Width, Height));

        var expected = ExactBox.FromCorners(
            x1: (0.3 - (0.1 / 2)) * Width,
            y1: (0.5 - (0.7 / 2)) * Height,
            x2: (0.3 + (0.1 / 2)) * Width,
            y2: (0.5 + (0.7 / 2)) * Height);
        Assert.Equal(expected, label.Box);
    }

    [Fact]
    public void Yolo_needs_its_images()
    {
        using var folder = new ImageFolder();
        folder.Text("a.txt", "0 0.3 0.5 0.1 0.7\n");

        var message = Assert.Throws<UserErrorException>(() => Dataset.OpenLabels(folder.Root)).Message;

        Assert.Contains("fractions of the image's width and height", message);
    }

    [Fact]
    public void Results_in_the_place_of_labels_are_recognized()
    {
        using var folder = new ImageFolder();
        folder.Text("000001.txt", "");
        folder.Text("000002.txt", "Car -1 -1 -10 10 20 30 40 -1 -1 -1 -1000 -1000 -1000 -10 0.5\n");

        Assert.Contains("swapped", Assert.Throws<UserErrorException>(() => Dataset.OpenLabels(folder.Root)).Message);
    }

    [Fact]
    public void All_real_labels_agree_with_the_neutral_ones()
    {
        var dataset = Dataset.Open(SharedData.Path("data/kitti-sample"));
        foreach (var image in dataset.Images.Take(3))
        {
            var neutral = dataset.Read(image, 2000, 1000).Annotations;
            var truth = dataset.Truth(image, 2000, 1000);
            Assert.Equal(neutral.Select(entry => (entry.Class, entry.Box)), truth.Select(label => (label.Class, label.Box.ToBox())));
        }
    }
}
