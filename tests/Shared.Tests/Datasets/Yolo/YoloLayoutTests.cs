using Pipeline.Golden;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets.Yolo;

public sealed class YoloLayoutTests : IDisposable
{
    private const string Line = "0 0.5 0.5 0.2 0.5\n";
    private readonly ImageFolder folder = new();

    [Theory]
    [InlineData("images/a.jpg", "labels/a.txt", "classes.txt", "a")]
    [InlineData("images/train/a.JPG", "labels/train/a.txt", "labels/classes.txt", "train/a")]
    [InlineData("Images/a.jpeg", "Labels/a.txt", "obj.names", "a")]
    [InlineData("train/images/a.png", "train/labels/a.txt", "coco.names", "train/a")]
    [InlineData("a.jpg", "a.txt", "classes.txt", "a")]
    [InlineData("x/a.jpg", "x/a.txt", "x/classes.txt", "x/a")]
    [InlineData("images/a.jpg", "images/a.txt", "classes.txt", "a")]
    [InlineData("images/images/a.jpg", "images/labels/a.txt", "classes.txt", "images/a")]
    [InlineData("images/my cat.v2.jpg", "labels/my cat.v2.txt", "classes.txt", "my cat.v2")]
    [InlineData("images/猫 ё.jpg", "labels/猫 ё.txt", "classes.txt", "猫 ё")]
    public void Layouts_that_people_have_are_recognized(string image, string labels, string names, string id)
    {
        folder.Images(image).Text(labels, Line).Text(names, "\uFEFFred cat\r\nköter\r\n");

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal("yolo", dataset.Format.Name);
        Assert.Equal([id], dataset.ImageIds);
        Assert.Equal([new DatasetClass("red cat", 0), new DatasetClass("köter", 1)], dataset.Classes);
        Assert.Empty(dataset.Remarks());
        var annotation = Assert.Single(ImageFolder.Read(dataset, id).Annotations);
        Assert.Equal("red cat", annotation.Class);
        Assert.EndsWith(labels + ":1", dataset.Locate(dataset.Image(id), annotation));
        Assert.Contains(folder.At(names), dataset.Files);
    }

    [Fact]
    public void An_image_without_label_file_has_no_objects_and_is_said_with_a_label_file_without_image()
    {
        folder.Images("images/a.jpg", "images/b.jpg").Text("classes.txt", "cat");
        folder.Text("labels/a.txt", Line).Text("labels/c.txt", Line).Text("labels/val/d.txt", Line).Text("labels/._a.txt", "x");

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal(["a", "b"], dataset.ImageIds);
        Assert.Empty(ImageFolder.Read(dataset, "b").Annotations);
        Assert.Empty(dataset.LabelContent(dataset.Image("b")));
        Assert.Equal(
            [
                "b.jpg: there is no label file; the image counts as one without objects.",
                "c.txt: there is no image of this name.",
                "d.txt: there is no image of this name.",
            ],
            dataset.Findings.Select(finding => $"{Path.GetFileName(finding.At)}: {finding.Message}"));
        Assert.All(dataset.Findings, finding => Assert.False(finding.IsError));
    }

    [Fact]
    public void An_empty_label_file_says_that_there_is_no_object()
    {
        folder.Images("images/a.jpg").Text("labels/a.txt", "").Text("classes.txt", "cat");

        var dataset = Dataset.Open(folder.Root);

        Assert.Empty(dataset.Findings);
        Assert.Empty(ImageFolder.Read(dataset, "a").Annotations);
    }

    [Fact]
    public void Images_without_any_label_file_and_no_images_are_refused()
    {
        folder.Text("classes.txt", "cat");
        Assert.Contains("no images", Assert.Throws<UserErrorException>(() => Dataset.Open(folder.Root, "yolo")).Message);

        folder.Images("images/a.jpg");
        Assert.Contains("none of the 1 images", Assert.Throws<UserErrorException>(() => Dataset.Open(folder.Root, "yolo")).Message);
    }

    [Fact]
    public void Two_images_of_one_name_are_an_error()
    {
        folder.Images("images/a.jpg", "images/a.png").Text("labels/a.txt", Line).Text("classes.txt", "cat");

        Assert.Contains("second image of the same name", Assert.Throws<UserErrorException>(() => Dataset.Open(folder.Root)).Message);
    }

    [Fact]
    public void Names_are_found_above_the_folder_and_must_not_differ_below_it()
    {
        folder.Images("set/images/a.jpg").Text("set/labels/a.txt", Line).Text("classes.txt", "cat");
        Assert.Equal("cat", Dataset.Open(folder.At("set")).Classes[0].Name);

        folder.Text("set/labels/classes.txt", "dog").Text("set/images/classes.txt", "dog\n");
        Assert.Equal("dog", Dataset.Open(folder.At("set"), "yolo").Classes[0].Name);

        folder.Text("set/classes.txt", "cow");
        Assert.Contains("the classes are not those of", Assert.Throws<UserErrorException>(() => Dataset.Open(folder.At("set"))).Message);
    }

    [Theory]
    [InlineData("cat\n\ndog", "")]
    [InlineData("cat\ndog\ncat", "class 2 has the name of class 0, 'cat'")]
    public void Lines_of_names_keep_their_numbers(string names, string warning)
    {
        folder.Images("images/a.jpg").Text("labels/a.txt", "2 0.5 0.5 0.2 0.5").Text("classes.txt", names);

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal(["cat", "dog"], dataset.Classes.Select(entry => entry.Name));
        Assert.Equal(names.Split('\n')[2], Assert.Single(ImageFolder.Read(dataset, "a").Annotations).Class);
        Assert.Contains(warning, string.Join('\n', dataset.Findings));
    }

    [Fact]
    public void Names_that_are_not_utf_8_are_an_error_with_their_line()
    {
        folder.Images("images/a.jpg").Text("labels/a.txt", Line).Bytes("classes.txt", [.. "cat\nk"u8, 0xF6, .. "ter"u8]);

        var message = Assert.Throws<UserErrorException>(() => Dataset.Open(folder.Root)).Message;

        Assert.Contains("classes.txt:2: the name of class 1 is not UTF-8", message);
    }

    [Fact]
    public void Links_are_followed_and_a_link_to_nothing_is_an_error_where_it_is_read()
    {
        folder.Images("store/1.jpg").Text("store/1.txt", Line).Text("set/classes.txt", "cat");
        folder.Link("set/images/a.jpg", folder.At("store/1.jpg")).Link("set/labels/a.txt", folder.At("store/1.txt"));
        folder.Link("set/images/b.jpg", folder.At("store/1.jpg")).Link("set/labels/b.txt", folder.At("store/none.txt"));
        folder.Link("set/images/again", folder.At("set"));

        var dataset = Dataset.Open(folder.At("set"), "yolo");

        Assert.Equal(["a", "b"], dataset.ImageIds);
        Assert.Single(ImageFolder.Read(dataset, "a").Annotations);
        Assert.Contains("link to", Assert.Single(ImageFolder.Read(dataset, "b").Findings, finding => finding.IsError).Message);
    }

    [Fact]
    public void Other_formats_are_not_recognized()
    {
        var yolo = DatasetFormats.Named("yolo");
        folder.Images("images/a.jpg").Text("annotations/a.xml", "<annotation/>").Text("ImageSets/Main/train.txt", "000001\n");

        Assert.Null(yolo.Evidence(folder.Root));
        Assert.Null(yolo.Evidence(SharedData.Path("data/kitti-sample")));
        Assert.Null(yolo.Evidence(SharedData.Path("data/bccd-voc")));
        Assert.Null(DatasetFormats.Named("voc").Evidence(folder.Images("b.jpg").Text("x/classes.txt", "a").At("x")));
    }

    public void Dispose() => folder.Dispose();
}
