using Pipeline.Golden;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets.Voc;

public sealed class VocLayoutTests : IDisposable
{
    private static readonly string Cat = VocXmlOf.Objects(VocXmlOf.Object("cat"));
    private readonly ImageFolder folder = new();

    [Theory]
    [InlineData("JPEGImages/a.jpg", "Annotations/a.xml", "a")]
    [InlineData("images/a.JPG", "annotations/a.xml", "a")]
    [InlineData("Images/a.jpeg", "ANNOTATIONS/a.XML", "a")]
    [InlineData("images/x/a.png", "annotations/x/a.xml", "x/a")]
    [InlineData("images/a.png", "annotations/xmls/a.xml", "a")]
    [InlineData("VOCdevkit/VOC2012/JPEGImages/a.jpg", "VOCdevkit/VOC2012/Annotations/a.xml", "a")]
    [InlineData("VOC2007/JPEGImages/a.jpg", "VOC2007/Annotations/a.xml", "a")]
    [InlineData("a.jpg", "a.xml", "a")]
    [InlineData("train/a.jpg", "train/a.xml", "train/a")]
    [InlineData("train/images/a.jpg", "train/annotations/a.xml", "train/a")]
    [InlineData("a.jpg", "Annotations/a.xml", "a")]
    [InlineData("images/my cat.v2.jpg", "annotations/my cat.v2.xml", "my cat.v2")]
    [InlineData("images/猫 ё.jpg", "annotations/猫 ё.xml", "猫 ё")]
    public void Layouts_that_people_have_are_recognized(string image, string annotations, string id)
    {
        folder.Images(image).Text(annotations, Cat.Replace("a.jpg", Path.GetFileName(image)));

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal("voc", dataset.Format.Name);
        Assert.Equal([id], dataset.ImageIds);
        Assert.Empty(dataset.Findings);
        Assert.Empty(dataset.Remarks());
        var labels = ImageFolder.Read(dataset, id);
        Assert.Empty(labels.Findings);
        Assert.EndsWith(Path.GetFileName(annotations) + ":3", dataset.Locate(dataset.Image(id), Assert.Single(labels.Annotations)));
        Assert.Equal(File.ReadAllBytes(folder.At(annotations)), dataset.LabelContent(dataset.Image(id)));
    }

    [Fact]
    public void Several_years_in_one_development_kit_are_refused_by_name()
    {
        foreach (var year in (string[])["VOC2007", "VOC2012"])
        {
            folder.Images($"VOCdevkit/{year}/JPEGImages/a.jpg").Text($"VOCdevkit/{year}/Annotations/a.xml", Cat);
        }

        Assert.Contains("VOC2007, VOC2012", Assert.Throws<UserErrorException>(() => Dataset.Open(folder.Root)).Message);
        Assert.Single(Dataset.Open(folder.At("VOCdevkit/VOC2012")).Images);
    }

    [Fact]
    public void Hidden_files_masks_and_empty_folders_are_skipped()
    {
        folder.Images("JPEGImages/a.jpg", "JPEGImages/._a.jpg", "SegmentationClass/a.png")
            .Text("Annotations/a.xml", Cat).Text("Annotations/._a.xml", "\0\0");
        Directory.CreateDirectory(folder.At("JPEGImages/empty"));

        var dataset = Dataset.Open(folder.Root);

        Assert.Single(dataset.Images);
        Assert.Empty(dataset.Unlabeled);
    }

    [Fact]
    public void An_image_without_annotation_file_is_left_out_and_one_without_objects_is_not()
    {
        folder.Images("images/a.jpg", "images/b.jpg").Text("annotations/a.xml", "<annotation/>");

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal(["a"], dataset.ImageIds);
        Assert.Equal(["b"], dataset.Unlabeled.Select(image => image.Id));
        Assert.Empty(ImageFolder.Read(dataset, "a").Annotations);
        Assert.Contains("has no annotation file", Assert.Single(dataset.Remarks()));
    }

    [Fact]
    public void An_annotation_file_of_another_name_belongs_to_the_image_that_it_names()
    {
        folder.Images("images/a.jpg").Text("annotations/7.xml", Cat);

        var dataset = Dataset.Open(folder.Root);

        Assert.Single(ImageFolder.Read(dataset, "a").Annotations);
        Assert.Contains("matched by their <filename>", Assert.Single(dataset.Findings).Summary);
    }

    [Fact]
    public void The_image_of_the_same_name_counts_before_the_one_that_is_named()
    {
        folder.Images("images/a.jpg", "images/7.jpg").Text("annotations/7.xml", Cat);

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal(["7"], dataset.ImageIds);
        Assert.Contains("<filename> is 'a.jpg'", Assert.Single(ImageFolder.Read(dataset, "7").Findings).Message);
    }

    [Fact]
    public void An_annotation_file_without_image_is_an_error()
    {
        folder.Images("images/a.jpg").Text("annotations/a.xml", Cat).Text("annotations/b.xml", Cat.Replace("a.jpg", "b.jpg"));

        var finding = Assert.Single(Dataset.OpenWithErrors(folder.Root).Findings);

        Assert.True(finding.IsError);
        Assert.EndsWith("b.xml", finding.At);
        Assert.Contains("there is no image 'b'", finding.Message);
    }

    [Fact]
    public void A_second_image_or_annotation_file_of_one_name_is_an_error()
    {
        folder.Images("images/a.jpg", "images/a.png").Text("annotations/a.xml", Cat).Text("annotations/a.XML", Cat);
        folder.Text("annotations/b.xml", Cat);

        var findings = Dataset.OpenWithErrors(folder.Root).Findings;

        Assert.All(findings, finding => Assert.True(finding.IsError));
        Assert.Contains(findings, finding => finding.Message.StartsWith("this is a second image", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.Message.StartsWith("this is a second annotation file", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.ToString().Contains("b.xml: its image", StringComparison.Ordinal));
    }

    [Fact]
    public void Links_are_followed_and_a_link_to_nothing_is_an_error_where_it_is_read()
    {
        folder.Images("store/1.jpg").Text("store/1.xml", Cat);
        folder.Link("set/images/a.jpg", folder.At("store/1.jpg")).Link("set/annotations/a.xml", folder.At("store/1.xml"));
        folder.Link("set/images/b.jpg", folder.At("store/1.jpg")).Link("set/annotations/b.xml", folder.At("store/none.xml"));
        folder.Link("set/images/again", folder.At("set/images"));

        var dataset = Dataset.Open(folder.At("set"));

        Assert.Equal(["a", "b"], dataset.ImageIds);
        Assert.Single(ImageFolder.Read(dataset, "a").Annotations);
        Assert.Contains("link to", Assert.Single(ImageFolder.Read(dataset, "b").Findings, finding => finding.IsError).Message);
    }

    [Theory]
    [InlineData("images/a.jpg", null, "no XML file")]
    [InlineData(null, "annotations/a.xml", "no images")]
    public void Half_a_data_set_is_refused(string? image, string? annotations, string expected)
    {
        folder.Images(image is null ? [] : [image]);
        folder.Text(annotations ?? "readme.txt", Cat);

        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => Dataset.Open(folder.Root, "voc")).Message);
    }

    [Fact]
    public void Other_formats_and_other_xml_are_not_recognized()
    {
        folder.Images("images/a.jpg").Text("annotations/instances.json", "{}").Text("annotations/project.xml", "<project/>");

        Assert.Null(DatasetFormats.Named("voc").Evidence(folder.Root));
        Assert.Null(DatasetFormats.Named("voc").Evidence(SharedData.Path("data/kitti-sample")));
    }

    public void Dispose() => folder.Dispose();
}
