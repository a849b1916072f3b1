using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets.Coco;

public sealed class CocoAnnotationTests : IDisposable
{
    private const string Valid = "\"image_id\": 7, \"category_id\": 3, ";

    private readonly CocoFolder coco = new CocoFolder().WithImages("a.jpg");

    [Theory]
    [InlineData("[10, 20, 30, 40]", 10, 20, 40, 60)]
    [InlineData("[1e1, 2.0E1, 0.25, 4e-1]", 10, 20, 10.25, 20.4)]
    [InlineData("[-3.5, 0, 10, 10]", -3.5, 0, 6.5, 10)]
    public void A_box_has_continuous_corners_from_0(string bbox, float x1, float y1, float x2, float y2)
    {
        Assert.Equal(new Box(x1, y1, x2, y2), Read($$"""{{{Valid}} "bbox": {{bbox}}}""").Box);
    }

    [Theory]
    [InlineData("\"iscrowd\": 1", AnnotationMarks.Crowd)]
    [InlineData("\"iscrowd\": true", AnnotationMarks.Crowd)]
    [InlineData("\"iscrowd\": \"1\"", AnnotationMarks.Crowd)]
    [InlineData("\"iscrowd\": 1.0", AnnotationMarks.Crowd)]
    [InlineData("\"iscrowd\": 0", AnnotationMarks.None)]
    [InlineData("\"iscrowd\": false", AnnotationMarks.None)]
    [InlineData("\"iscrowd\": \"0\"", AnnotationMarks.None)]
    [InlineData("\"iscrowd\": null", AnnotationMarks.None)]
    [InlineData("\"ignore\": 1", AnnotationMarks.Difficult)]
    [InlineData("\"ignore\": 1, \"iscrowd\": 1", AnnotationMarks.Difficult | AnnotationMarks.Crowd)]
    [InlineData("\"ignore\": 0", AnnotationMarks.None)]
    public void Crowds_and_what_is_to_be_ignored_are_marked(string member, AnnotationMarks marks)
    {
        Assert.Equal(marks, Read($$"""{{{Valid}} "bbox": [1, 2, 3, 4], {{member}}}""").Marks);
    }

    [Theory]
    [InlineData("\"id\": 5", 5L), InlineData("\"id\": 5.0", 5L), InlineData("\"id\": 0", 0L), InlineData("\"id\": null", null)]
    [InlineData("\"id\": 9007199254740992", 9007199254740992L), InlineData("\"area\": 1", null)]
    public void An_annotation_may_have_an_id(string member, long? id)
    {
        Assert.Equal(id, Read($$"""{{{Valid}} "bbox": [1, 2, 3, 4], {{member}}}""").Id);
    }

    [Theory]
    [InlineData("\"bbox\": [1, 2, -3, 4]", "bbox: [1, 2, -3, 4] has a negative width or height")]
    [InlineData("\"bbox\": [1, 2, 3]", "bbox: 3 numbers; [x, y, width, height] is expected")]
    [InlineData("\"bbox\": []", "bbox: 0 numbers")]
    [InlineData("\"bbox\": [1, 2, 3, 4, 5]", "bbox: 5 numbers")]
    [InlineData("\"bbox\": [1, 2, 3, \"4\"]", "bbox: \"4\" is not a finite number")]
    [InlineData("\"bbox\": [1, 2, 3, null]", "bbox: null is not a finite number")]
    [InlineData("\"bbox\": [1, 2, 3, 1e999]", "bbox: 1e999 is not a finite number")]
    [InlineData("\"bbox\": [1, 2, 3, 1e300]", "bbox: [1, 2, 3, 1E+300] is too large")]
    [InlineData("\"bbox\": [[1, 2, 3, 4]]", "bbox: an array is not a finite number")]
    [InlineData("\"bbox\": {\"x\": 1}", "bbox: an object is not a box")]
    [InlineData("\"bbox\": \"1 2 3 4\"", "bbox: \"1 2 3 4\" is not a box")]
    [InlineData("\"bbox\": null", "bbox: there is none")]
    [InlineData("\"area\": 3", "bbox: there is none")]
    [InlineData("\"bbox\": [1, 2, 3, 4], \"iscrowd\": 2", "iscrowd: 2 is neither 0 nor 1")]
    [InlineData("\"bbox\": [1, 2, 3, 4], \"iscrowd\": \"yes\"", "iscrowd: \"yes\" is neither 0 nor 1")]
    [InlineData("\"bbox\": [1, 2, 3, 4], \"id\": 9007199254740993", "id: 9007199254740993 is not a whole number below 2^53")]
    [InlineData("\"bbox\": [1, 2, 3, 4], \"id\": 1.5", "id: 1.5 is not a whole number")]
    [InlineData("\"bbox\": [1, 2, 3, 4], \"category_id\": 4", "category_id: 4 is not the id of a category")]
    [InlineData("\"bbox\": [1, 2, 3, 4], \"category_id\": \"3\"", "category_id: \"3\" is not the id of a category; a whole number")]
    public void A_wrong_member_is_an_error_of_its_image(string members, string expected)
    {
        const string Good = "{\"image_id\": 7, \"category_id\": 90, \"bbox\": [1, 2, 3, 4]}";

        var text = coco.Finding(CocoFolder.OneImage($$"""[{{Good}}, {{{Valid}}{{members}}}]"""));

        Assert.StartsWith($"annotations[1].{expected}", text);
        var dataset = Dataset.Open(coco.File);
        Assert.Equal("палета", Assert.Single(dataset.Read(dataset.Image("a"), 640, 480).Annotations).Class);
    }

    [Theory]
    [InlineData("\"image_id\": 8", "annotations[0].image_id: 8 is not the id of an image; add it")]
    [InlineData("\"image_id\": \"7\"", "annotations[0].image_id: \"7\" is not the id of an image, but 7 is")]
    [InlineData("\"image_id\": null", "annotations[0].image_id: null is neither")]
    [InlineData("\"image_id\": [7]", "annotations[0].image_id: an array is neither")]
    [InlineData("\"area\": 3", "annotations[0].image_id: there is none")]
    public void An_annotation_of_an_unknown_image_is_an_error_of_the_file(string member, string expected)
    {
        var json = CocoFolder.OneImage($$"""[{{{member}}, "category_id": 3, "bbox": [1, 2, 3, 4]}]""");

        Assert.StartsWith(expected, coco.Finding(json));
        Assert.Single(Dataset.OpenWithErrors(coco.File).Findings, finding => finding.IsError);
    }

    [Fact]
    public void A_missing_category_is_an_error()
    {
        Assert.StartsWith(
            "annotations[0].category_id: there is none",
            coco.Finding(CocoFolder.OneImage("""[{"image_id": 7, "bbox": [1, 2, 3, 4]}]""")));
    }

    [Theory]
    [InlineData("null", "null"), InlineData("5", "5"), InlineData("[1, [2]]", "an array")]
    public void An_entry_that_is_no_object_is_an_error(string entry, string shown)
    {
        Assert.StartsWith($"annotations[0]: {shown} is not an annotation", coco.Finding(CocoFolder.OneImage($"[{entry}]")));
    }

    [Theory]
    [InlineData("[1, 2, 0, 4]"), InlineData("[1, 2, 3, 0.0]"), InlineData("[0, 0, 0, 0]"), InlineData("[500, 2, 1e-9, 4]")]
    public void A_box_without_area_is_left_out_with_a_warning(string bbox)
    {
        var text = coco.Finding(CocoFolder.OneImage($$"""[{{{Valid}} "bbox": {{bbox}}}]"""), isError: false);

        Assert.Equal("annotations[0].bbox: the box has no area; it is left out.", text);
        var dataset = Dataset.Open(coco.File);
        Assert.Empty(dataset.Read(dataset.Image("a"), 640, 480).Annotations);
    }

    [Fact]
    public void An_id_that_is_text_is_not_kept()
    {
        var json = CocoFolder.OneImage($$"""[{{{Valid}} "bbox": [1, 2, 3, 4], "id": "x"}]""");

        Assert.StartsWith("annotations[0].id: this id is text", coco.Finding(json, isError: false));
    }

    [Fact]
    public void Repeated_ids_are_errors()
    {
        var annotation = $$"""{{{Valid}} "bbox": [1, 2, 3, 4], "id": 5}""";

        Assert.Equal(
            "annotations[1].id: 5 is already the id of annotations[0]; give each its own.",
            coco.Finding(CocoFolder.OneImage($"[{annotation}, {annotation}]")));
    }

    [Theory]
    [InlineData("""[{"id": 3, "name": "a"}, {"id": 3, "name": "b"}]""", "categories[1].id: 3: another category already has this id")]
    [InlineData("""[{"id": 3, "name": "a"}, {"id": 4, "name": "a"}]""", "categories[1].name: categories[0] is already called 'a'")]
    [InlineData("""[{"id": 3, "name": "a"}, {"id": 4, "name": " "}]""", "categories[1].name: \" \": the name of a class")]
    [InlineData("""[{"id": 3, "name": "a"}, {"id": 4}]""", "categories[1].name: there is none")]
    [InlineData("""[{"id": 3, "name": "a"}, {"name": "b"}]""", "categories[1].id: there is none")]
    [InlineData("""[{"id": 3, "name": "a"}, {"id": "4", "name": "b"}]""", "categories[1].id: \"4\": a whole number")]
    [InlineData("""[{"id": 3, "name": "a"}, "b"]""", "categories[1]: \"b\" is not a category")]
    public void A_wrong_category_is_an_error(string categories, string expected)
    {
        const string Images = """[{"id": 7, "file_name": "a.jpg"}]""";

        Assert.StartsWith(expected, coco.Finding(CocoFolder.Json(Images, "[]", categories)));
    }

    [Fact]
    public void Many_errors_of_a_kind_are_summed_up()
    {
        var unknown = Enumerable.Range(0, 1500).Select(_ => """{"image_id": 9, "category_id": 3, "bbox": [1, 2, 3, 4]}""");

        var findings = coco.Open(CocoFolder.OneImage($"[{string.Join(",", unknown)}]")).Findings;

        Assert.Equal(1001, findings.Count);
        Assert.Contains("there are 500 more", findings[^1].Message);
    }

    public void Dispose() => coco.Dispose();

    private Annotation Read(string annotation)
    {
        var dataset = coco.Open(CocoFolder.OneImage($"[{annotation}]"));
        Assert.DoesNotContain(CocoFolder.FindingsOf(dataset), finding => finding.IsError);
        return Assert.Single(dataset.Read(dataset.Image("a"), 640, 480).Annotations);
    }
}
