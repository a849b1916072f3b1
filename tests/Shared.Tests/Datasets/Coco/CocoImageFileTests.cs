using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets.Coco;

public sealed class CocoImageFileTests : IDisposable
{
    private readonly CocoFolder coco = new();

    [Theory]
    [InlineData("a.jpg", "a.jpg", "a")]
    [InlineData("./a.jpg", "a.jpg", "a")]
    [InlineData(@"sub\\a.jpg", "sub/a.jpg", "sub/a")]
    [InlineData("sub//x/../a.jpg", "sub/a.jpg", "sub/a")]
    [InlineData("a b ü 图.jpg", "a b ü 图.jpg", "a b ü 图")]
    [InlineData("a.b.jpg", "a.b.jpg", "a.b")]
    [InlineData("images/a.jpg", "images/a.jpg", "images/a")]
    public void A_name_is_a_path_below_the_folder(string name, string file, string id)
    {
        var dataset = coco.WithImages(file).Open(Images(name));

        Assert.Equal([id], dataset.ImageIds);
        Assert.Empty(dataset.Findings);
    }

    [Theory]
    [InlineData("/home/someone/data/a.jpg", "a.jpg")]
    [InlineData(@"C:\\data\\sub\\a.jpg", "sub/a.jpg")]
    [InlineData("../../a.jpg", "a.jpg")]
    [InlineData("sub/../../a.jpg", "images/a.jpg")]
    [InlineData("https://images.example/train/a%20b.jpg?size=3", "a b.jpg")]
    [InlineData("samples/front/a.jpg", "images/a.jpg")]
    [InlineData("samples/front/a.jpg", "images/front/a.jpg")]
    public void A_path_that_leads_elsewhere_names_an_image_by_its_end(string name, string file)
    {
        var dataset = coco.WithImages(file).Open(Images(name));

        Assert.Equal(coco.PathOf(file), Assert.Single(dataset.Images).Path);
    }

    [Fact]
    public void A_file_outside_of_the_folder_is_never_read()
    {
        var outside = coco.Write("secret.jpg", "");
        coco.WithImages("set/a.jpg");
        var file = coco.Write("set/deep/x.json", Images(outside, "../../secret.jpg", "../../../secret.jpg", "a.jpg"));

        var dataset = Dataset.OpenWithErrors(file);

        Assert.Equal([Path.Combine(coco.Root, "set", "a.jpg")], dataset.Images.Select(image => image.Path));
        Assert.Equal(3, dataset.Findings.Count(finding => finding.IsError));
    }

    [Theory]
    [InlineData("a.JPG"), InlineData("a.jpeg"), InlineData("A.jpg"), InlineData("a.png")]
    public void An_image_of_another_extension_or_case_is_found_with_a_warning(string file)
    {
        var text = coco.WithImages(file).Finding(Images("a.jpg"), isError: false);

        Assert.Equal($"images[0].file_name: 'a.jpg' is not there; {file} is used.", text);
    }

    [Fact]
    public void However_many_warnings_there_are_they_are_no_error()
    {
        string[] names = [.. Enumerable.Range(0, 1100).Select(number => $"{number}.jpg")];
        coco.WithImages([.. names.Select(name => $"images/{Path.ChangeExtension(name, ".JPG")}")]).Open(Images(names));

        var remark = Assert.Single(Dataset.Open(coco.File).Remarks());

        Assert.StartsWith("warning: 1100 images have another extension", remark);
    }

    [Fact]
    public void A_name_without_extension_is_that_of_the_image()
    {
        Assert.Equal(["000012"], coco.WithImages("000012.jpg").Open(Images("000012")).ImageIds);
    }

    [Fact]
    public void Of_two_images_of_one_stem_none_is_taken_for_a_third()
    {
        var text = coco.WithImages("a.png", "a.webp", "b.jpg").Finding(Images("a.jpg", "b.jpg"));

        Assert.StartsWith("images[0].file_name: there is no 'a.jpg'", text);
        Assert.Contains("1 of 2 images are missing", text);
    }

    [Fact]
    public void Images_of_one_stem_keep_their_extension()
    {
        var dataset = coco.WithImages("a.jpg", "a.png", "b.jpg", "c.png", "c.png.jpg").Open(
            Images("a.jpg", "a.png", "b.jpg", "c.png", "c.png.jpg"));

        Assert.Equal(["a.jpg", "a.png", "b", "c", "c.png.jpg"], dataset.ImageIds);
    }

    [Fact]
    public void One_file_twice_is_an_error()
    {
        Assert.Equal(
            "images[1].file_name: a.jpg is already the file of images[0]; remove one of the two entries.",
            coco.WithImages("a.jpg").Finding(Images("a.jpg", "./a.jpg")));
    }

    [Fact]
    public void When_no_image_is_there_the_folders_are_named_where_they_were_looked_for()
    {
        Directory.CreateDirectory(coco.PathOf("images"));

        var message = coco.Refusal(Images("a.jpg", "b.jpg"));

        Assert.Contains("none of its images is there, the first is 'a.jpg'", message);
        Assert.Contains(coco.PathOf("images"), message);
    }

    [Fact]
    public void Images_are_found_behind_many_that_are_missing()
    {
        string[] names = [.. Enumerable.Range(0, 500).Select(number => $"{number}.jpg")];

        var dataset = coco.WithImages("images/450.jpg").Open(Images(names));

        Assert.Equal(["450"], dataset.ImageIds);
    }

    [Theory]
    [InlineData("""{"id": 1}""", "images[1].file_name: there is none")]
    [InlineData("""{"id": 1, "file_name": ""}""", "images[1].file_name: \"\": the path")]
    [InlineData("""{"id": 1, "file_name": 5}""", "images[1].file_name: 5: the path")]
    [InlineData("""{"id": 1, "file_name": "b\u0000.jpg"}""", "images[1].file_name: ")]
    [InlineData("""{"id": 1, "file_name": "\ud800.jpg"}""", "images[1].file_name: ")]
    [InlineData("""{"file_name": "b.jpg"}""", "images[1].id: there is none")]
    [InlineData("""{"id": null, "file_name": "b.jpg"}""", "images[1].id: null is neither")]
    [InlineData("""{"id": 1.5, "file_name": "b.jpg"}""", "images[1].id: 1.5 is not a whole number")]
    [InlineData("""{"id": 9007199254740993, "file_name": "b.jpg"}""", "images[1].id: 9007199254740993 is not a whole number below 2^53")]
    [InlineData("""{"id": 7, "file_name": "b.jpg"}""", "images[1].id: images[0] already has this id")]
    [InlineData("""{"id": 7.0, "file_name": "b.jpg"}""", "images[1].id: images[0] already has this id")]
    [InlineData("3", "images[1]: 3 is not an image")]
    public void A_wrong_entry_is_an_error(string entry, string expected)
    {
        var images = $$"""[{"id": 7, "file_name": "a.jpg"}, {{entry}}, {"id": 8, "file_name": "c.jpg"}]""";

        Assert.StartsWith(expected, coco.WithImages("a.jpg", "b.jpg", "c.jpg").Finding(CocoFolder.Json(images, "[]")));
        Assert.Equal(["a", "c"], Dataset.OpenWithErrors(coco.File).ImageIds);
    }

    [Theory]
    [InlineData("\"640\""), InlineData("-1"), InlineData("0"), InlineData("1.5")]
    public void A_size_that_is_none_is_a_warning(string width)
    {
        var images = $$"""[{"id": 7, "file_name": "a.jpg", "width": {{width}}, "height": 480}]""";

        Assert.StartsWith($"images[0].width: {width}", coco.WithImages("a.jpg").Finding(CocoFolder.Json(images, "[]"), isError: false));
    }

    public void Dispose() => coco.Dispose();

    private static string Images(params string[] names)
    {
        var entries = names.Select((name, index) => $$"""{"id": {{index}}, "file_name": "{{name}}"}""");
        return CocoFolder.Json($"[{string.Join(", ", entries)}]", "[]");
    }
}
