using System.Text;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets.Voc;

public sealed class VocObjectTests : IDisposable
{
    private readonly ImageFolder folder = new ImageFolder().Images("JPEGImages/a.jpg");

    [Fact]
    public void Corners_are_the_first_and_the_last_pixel_counted_from_1()
    {
        var labels = Read(VocXmlOf.Objects(VocXmlOf.Object("cat"), VocXmlOf.Object("dog", "0 1.5 1e1 20")));

        Assert.Equal([new Box(10, 20, 40, 60), new Box(-1, 0.5f, 10, 20)], labels.Annotations.Select(entry => entry.Box));
        Assert.Equal([3, 4], labels.Annotations.Select(entry => entry.Place));
        Assert.Empty(labels.Findings);
    }

    [Theory]
    [InlineData("", AnnotationMarks.None)]
    [InlineData("<difficult>1</difficult>", AnnotationMarks.Difficult)]
    [InlineData("<truncated> 1 </truncated><occluded>0</occluded>", AnnotationMarks.Truncated)]
    [InlineData("<occluded>1</occluded><truncated>Unspecified</truncated><difficult/>", AnnotationMarks.Occluded)]
    public void Marks_are_0_unless_the_file_says_1(string marks, AnnotationMarks expected)
    {
        var labels = Read(VocXmlOf.Objects(VocXmlOf.Object("cat", marks: marks)));

        Assert.Equal(expected, Assert.Single(labels.Annotations).Marks);
        Assert.Empty(labels.Findings);
    }

    [Fact]
    public void Parts_of_an_object_are_not_read()
    {
        var part = "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>";

        var labels = Read(VocXmlOf.Objects(VocXmlOf.Object("person", marks: part)));

        Assert.Equal(("person", new Box(10, 20, 40, 60)), (Assert.Single(labels.Annotations).Class, labels.Annotations[0].Box));
    }

    [Theory]
    [InlineData("11 21 11 60")]
    [InlineData("11 21 40 21")]
    [InlineData("0 0 0 0")]
    [InlineData("100000000 1 100000001 2")]
    public void A_box_without_area_is_left_out_with_a_warning(string corners)
    {
        var labels = Read(VocXmlOf.Objects(VocXmlOf.Object("cat", corners), VocXmlOf.Object("cat")));

        Assert.Single(labels.Annotations);
        var finding = Assert.Single(labels.Findings);
        Assert.Equal("boxes without area are left out", finding.Summary);
        Assert.EndsWith("a.xml:3", finding.At);
    }

    [Theory]
    [InlineData("41 21 40 60", "xmax: 40 is left of xmin: 41")]
    [InlineData("11 61 40 60", "ymax: 60 is above ymin: 61")]
    [InlineData("11 21 forty 60", "xmax: 'forty' is not a finite number")]
    [InlineData("NaN 21 40 60", "xmin: 'NaN' is not a finite number")]
    [InlineData("11 21 40 1e300", "ymax: '1e300' is not a finite number")]
    [InlineData("11,5 21 40 60", "xmin: '11,5' is not a finite number")]
    [InlineData("11 21 40 ", "ymax: '' is not a finite number")]
    public void A_box_that_cannot_be_meant_is_an_error_with_its_line(string corners, string expected)
    {
        var labels = Read(VocXmlOf.Objects(VocXmlOf.Object("cat"), VocXmlOf.Object("cat", corners)));

        var finding = Assert.Single(labels.Findings);
        Assert.True(finding.IsError);
        Assert.EndsWith("a.xml:4", finding.At);
        Assert.Contains(expected, finding.Message);
        Assert.Single(labels.Annotations);
    }

    [Theory]
    [InlineData("<object><name>cat</name></object>", "no <bndbox>")]
    [InlineData("<object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax></bndbox></object>", "no <ymax>")]
    [InlineData("<object><name> </name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>3</ymax></bndbox></object>", "no <name>")]
    [InlineData("<object><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>3</ymax></bndbox></object>", "no <name>")]
    [InlineData("<object><name>a</name><name>b</name></object>", "more than one <name>")]
    [InlineData("<object><name>a</name><robndbox><cx>1</cx></robndbox></object>", "no <bndbox>")]
    public void What_an_object_lacks_is_an_error_with_its_line(string entry, string expected)
    {
        var findings = Read(VocXmlOf.Objects(VocXmlOf.Object("dog"), entry)).Findings;

        Assert.Contains(findings, finding => finding.IsError && finding.At.EndsWith("a.xml:4", StringComparison.Ordinal)
            && finding.Message.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_declared_size_that_is_not_the_images_is_a_warning_and_a_missing_one_is_not()
    {
        static string Sized(string size) => $"<annotation>\n<size>{size}</size>\n</annotation>";

        Assert.Empty(Read(Sized("<width>100</width><height>80</height><depth>3</depth>")).Findings);
        Assert.Empty(Read(Sized("<width>0</width><height>0</height>")).Findings);
        Assert.Empty(Read(Sized("")).Findings);
        var finding = Assert.Single(Read(Sized("<width>80</width><height>100</height>")).Findings);
        Assert.False(finding.IsError);
        Assert.EndsWith("a.xml:2", finding.At);
        Assert.Contains("100 x 80 pixels, its labels say 80 x 100", finding.Message);
    }

    [Theory]
    [InlineData("A.JPEG", 0)]
    [InlineData("C:\\images\\a.png", 0)]
    [InlineData("/home/pi/a.jpg", 0)]
    [InlineData("a", 0)]
    [InlineData("other.jpg", 1)]
    public void A_file_name_of_another_image_is_a_warning_and_the_image_of_the_same_name_counts(string name, int findings)
    {
        var labels = Read($"<annotation><filename>{name}</filename><path>/etc/passwd</path>{VocXmlOf.Object("cat")}</annotation>");

        Assert.Single(labels.Annotations);
        Assert.Equal(findings, labels.Findings.Count(finding => !finding.IsError && finding.Message.Contains("<filename>")));
        Assert.Equal(findings, labels.Findings.Count);
    }

    [Theory]
    [InlineData("utf-8"), InlineData("utf-16"), InlineData("utf-16BE"), InlineData("gb2312")]
    public void Names_in_any_declared_encoding_are_read(string encoding)
    {
        var text = $"<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n" + VocXmlOf.Objects(VocXmlOf.Object(" 红细胞 "));
        var bytes = EncodingOf(encoding).GetPreamble().Concat(EncodingOf(encoding).GetBytes(text)).ToArray();
        folder.Bytes("Annotations/a.xml", bytes);

        Assert.Equal(["红细胞"], Open().Classes.Select(entry => entry.Name));
    }

    [Fact]
    public void A_declaration_of_utf_16_in_a_file_of_single_bytes_is_not_believed()
    {
        folder.Text("Annotations/a.xml", "<?xml version=\"1.0\" encoding=\"utf-16\"?>" + VocXmlOf.Objects(VocXmlOf.Object("köter")));

        Assert.Equal(["köter"], Open().Classes.Select(entry => entry.Name));
    }

    [Fact]
    public void Empty_lines_before_the_declaration_are_read_and_counted()
    {
        var labels = Read("\uFEFF\r\n\r\n<?xml version=\"1.0\"?>\r\n" + VocXmlOf.Objects(VocXmlOf.Object("cat")).Replace("\n", "\r\n"));

        Assert.Equal(6, Assert.Single(labels.Annotations).Place);
    }

    public void Dispose() => folder.Dispose();

    private static Encoding EncodingOf(string name) =>
        name == "gb2312" ? CodePagesEncodingProvider.Instance.GetEncoding(name)! : Encoding.GetEncoding(name);

    private Dataset Open() => Dataset.OpenWithErrors(folder.Root, "voc");

    private ImageLabels Read(string xml)
    {
        folder.Text("Annotations/a.xml", xml);
        return ImageFolder.Read(Open(), "a");
    }
}
