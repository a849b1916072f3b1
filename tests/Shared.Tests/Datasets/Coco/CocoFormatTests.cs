using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Coco;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets.Coco;

public sealed class CocoFormatTests : IDisposable
{
    private const string Images = """[{"id": 7, "file_name": "a.jpg", "width": 640, "height": 480}, {"id": 3, "file_name": "b/c.png"}]""";
    private const string Annotations =
        """
        [{"segmentation": [[1, 2, 3, 4, 5, 6]], "area": 12.5, "iscrowd": 0, "image_id": 3,
          "bbox": [1.5, 2, 10, 2e1], "category_id": 90, "id": 42},
         {"image_id": 7, "bbox": [0, 0, 4.0, 5], "category_id": 3, "iscrowd": 1, "score": 0.5, "attributes": {"occluded": [false, {}]}}]
        """;

    private readonly CocoFolder coco = new();

    [Fact]
    public void Images_classes_boxes_ids_and_crowds_are_read()
    {
        var dataset = coco.WithImages("a.jpg", "b/c.png").Open(CocoFolder.Json(Images, Annotations));

        Assert.Equal([new DatasetClass("forklift", 3), new DatasetClass("палета", 90)], dataset.Classes);
        Assert.Equal(["a", "b/c"], dataset.ImageIds);
        Assert.Equal(["7", "3"], dataset.Images.Select(image => image.SourceId));
        Assert.Equal((640, 480), dataset.Image("a").DeclaredSize);
        Assert.Null(dataset.Image("b/c").DeclaredSize);
        Assert.Equal(coco.PathOf("b/c.png"), dataset.Image("b/c").Path);
        var first = new Annotation("палета", new Box(1.5f, 2, 11.5f, 22)) { Place = 0, Id = 42 };
        Assert.Equal([first], dataset.Read(dataset.Image("b/c"), 640, 480).Annotations);
        var crowd = new Annotation("forklift", new Box(0, 0, 4, 5)) { Place = 1, Marks = AnnotationMarks.Crowd };
        Assert.Equal([crowd], dataset.Read(dataset.Image("a"), 640, 480).Annotations);
        Assert.Equal($"{coco.File}: annotations[1].bbox", dataset.Locate(dataset.Image("a"), crowd));
        Assert.Empty(CocoFolder.FindingsOf(dataset));
        Assert.Equal([coco.PathOf("a.jpg"), coco.PathOf("b/c.png"), coco.File], dataset.Files);
    }

    [Theory]
    [InlineData("""{"annotations": A, "categories": C, "images": I}""")]
    [InlineData("""{"categories": C, "annotations": A, "licenses": [], "images": I}""")]
    [InlineData("""{"annotations": A, "images": I, "categories": C, "info": {"a": [[[{}]]]}}""")]
    public void The_order_of_the_lists_is_free(string template)
    {
        var json = template.Replace("A", Annotations, StringComparison.Ordinal)
            .Replace(" C", " " + CocoFolder.Categories, StringComparison.Ordinal)
            .Replace(" I", " " + Images, StringComparison.Ordinal);

        var dataset = coco.WithImages("a.jpg", "b/c.png").Open(json);

        Assert.Empty(CocoFolder.FindingsOf(dataset));
        Assert.Equal(90, dataset.Classes[1].Id);
        Assert.Equal("палета", Assert.Single(dataset.Read(dataset.Image("b/c"), 640, 480).Annotations).Class);
    }

    [Fact]
    public void An_image_without_annotations_is_one_without_objects()
    {
        var dataset = coco.WithImages("a.jpg").Open(CocoFolder.OneImage("[]"));

        Assert.Equal(["a"], dataset.ImageIds);
        Assert.Empty(dataset.Read(dataset.Image("a"), 640, 480).Annotations);
        Assert.Empty(dataset.Unlabeled);
    }

    [Fact]
    public void Images_that_the_file_does_not_name_are_unlabeled()
    {
        var dataset = coco.WithImages("images/a.jpg", "images/b.jpg", "images/.c.jpg", "images/d.txt").Open(CocoFolder.OneImage("[]"));

        Assert.Equal("b", Assert.Single(dataset.Unlabeled).Id);
        Assert.Contains("is not in", dataset.WhyUnlabeled("b"));
    }

    [Fact]
    public void The_digest_of_labels_changes_with_a_box_a_class_or_a_mark_and_not_with_ids()
    {
        coco.WithImages("a.jpg");
        byte[] Content(string annotation)
        {
            var dataset = coco.Open(CocoFolder.OneImage($"[{annotation}]"));
            return dataset.LabelContent(dataset.Image("a"));
        }

        var content = Content("""{"image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "id": 5}""");
        Assert.Equal(content, Content("""{"image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "id": 6}"""));
        Assert.NotEqual(content, Content("""{"image_id": 7, "category_id": 90, "bbox": [1, 2, 3, 4], "id": 5}"""));
        Assert.NotEqual(content, Content("""{"image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 5], "id": 5}"""));
        Assert.NotEqual(content, Content("""{"image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "id": 5, "iscrowd": 1}"""));
    }

    [Fact]
    public void Texts_as_ids_a_category_0_and_images_in_another_folder_are_read_in_the_real_file_of_nuScenes()
    {
        var file = SharedData.Path("data/nuscenes-sample/annotations.coco.json");

        var dataset = Dataset.OpenWithErrors(file);

        Assert.Equal("coco", dataset.Format.Name);
        Assert.Equal(new DatasetClass("car", 0), dataset.Classes[0]);
        Assert.Equal(10, dataset.Classes.Count);
        var image = Assert.Single(dataset.Images);
        Assert.Equal("\"86e6806d626b4711a6d0f5015b090116\"", image.SourceId);
        Assert.True(File.Exists(image.Path));
        Assert.Equal((1600, 900), image.DeclaredSize);
        Assert.Equal(5, dataset.Findings.Count(finding => finding.IsError));
        Assert.Equal($"{file}: images[1].file_name", dataset.Findings.First(finding => finding.IsError).At);
        Assert.Contains("5 of 6 images are missing", dataset.Findings.First(finding => finding.IsError).Message);
        Assert.Equal(6, dataset.Unlabeled.Count);
    }

    [Fact]
    public void A_crowded_error_is_said_of_its_image_alone()
    {
        var images = """[{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}]""";
        var annotations =
            """
            [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 2, -3, 4]},
             {"id": 2, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]},
             {"id": 3, "image_id": 2, "category_id": 3, "bbox": [1, 2, 3, 4]}]
            """;
        coco.WithImages("a.jpg", "b.jpg").Open(CocoFolder.Json(images, annotations));

        var dataset = Dataset.Open(coco.File);

        Assert.Empty(dataset.Read(dataset.Image("b"), 640, 480).Findings);
        var error = Assert.Single(dataset.Read(dataset.Image("a"), 640, 480).Findings);
        Assert.True(error.IsError);
        Assert.Equal($"{coco.File}: annotations[0].bbox", error.At);
    }

    [Fact]
    public void Evidence_is_a_file_that_begins_like_COCOs()
    {
        var format = new CocoFormat();
        string? Evidence(string name, string text) => format.Evidence(coco.Write(name, text));

        Assert.Equal("a.json", Evidence("a.json", CocoFolder.OneImage("[]")));
        Assert.Equal("a.json", Evidence("a.json", """{"images": [{"id": 1, "file_name": "a.jpg"},"""));
        Assert.Equal("a.json", Evidence("a.json", """{"annotations": [{"id": 1, "image_id": 1, "bbox": []}],"""));
        Assert.Equal("a.json", Evidence("a.json", """[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}]"""));
        Assert.Equal("A.JSON", Evidence("A.JSON", CocoFolder.OneImage("[]")));
        Assert.Null(Evidence("package.json", """{"name": "x", "dependencies": {"images": "1"}, "version": "2"}"""));
        Assert.Null(Evidence("config.json", """{"images": ["a", "b"], "size": 3}"""));
        Assert.Null(Evidence("labelme.json", """{"version": "5", "shapes": [{"points": [[1, 2]]}], "imagePath": "a.jpg"}"""));
        Assert.Null(Evidence("a.txt", CocoFolder.OneImage("[]")));
        Assert.Null(format.Evidence(coco.Root + "/annotations"));
    }

    public void Dispose() => coco.Dispose();
}
