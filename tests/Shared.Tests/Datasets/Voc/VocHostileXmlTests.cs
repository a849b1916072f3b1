using System.Text;
using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets.Voc;

/// <summary>Annotation files that may come from anywhere.</summary>
public sealed class VocHostileXmlTests : IDisposable
{
    private readonly ImageFolder folder = new ImageFolder().Images("JPEGImages/a.jpg");

    [Fact]
    public void A_document_type_is_refused_and_what_it_names_is_never_read()
    {
        var secret = folder.Text("secret.txt", "top secret").At("secret.txt");
        var finding = Error(
            $"<?xml version=\"1.0\"?>\n<!DOCTYPE annotation [<!ENTITY xxe SYSTEM \"file://{secret}\">]>\n"
            + VocXmlOf.Objects(VocXmlOf.Object("&xxe;")));

        Assert.EndsWith("a.xml:2", finding.At);
        Assert.Contains("<!DOCTYPE …>", finding.Message);
        Assert.DoesNotContain("top secret", finding.ToString());
    }

    [Fact]
    public void Entities_that_multiply_are_refused_at_once()
    {
        var entities = string.Concat(Enumerable.Range(1, 12).Select(level =>
            $"<!ENTITY e{level} \"{string.Concat(Enumerable.Repeat($"&e{level - 1};", 10))}\">\n"));

        var finding = Error($"<!DOCTYPE annotation [<!ENTITY e0 \"ha\">\n{entities}]>\n{VocXmlOf.Objects(VocXmlOf.Object("&e12;"))}");

        Assert.Contains("<!DOCTYPE …>", finding.Message);
    }

    [Fact]
    public void An_entity_without_document_type_is_an_error_with_its_line_and_those_of_xml_are_read()
    {
        Assert.EndsWith("a.xml:3", Error(VocXmlOf.Objects(VocXmlOf.Object("&xxe;"))).At);

        folder.Text("Annotations/a.xml", VocXmlOf.Objects(VocXmlOf.Object("cats &amp; dogs &#x1F600;")));
        Assert.Equal("cats & dogs 😀", Dataset.Open(folder.Root).Classes[0].Name);
    }

    [Theory]
    [InlineData("", "Root element is missing", "a.xml:1")]
    [InlineData("<annotation>\n<object>\n<name>cat</name>\n", "not valid XML", "a.xml:4")]
    [InlineData("<annotation>\n</annotation>\nbye", "not valid XML", "a.xml:3")]
    [InlineData("<annotation>\n</annotations>", "not valid XML", "a.xml:2")]
    [InlineData("<annotations>\n</annotations>", "root element is <annotations>", "a.xml:1")]
    [InlineData("<annotation>\n\u0001</annotation>", "not valid XML", "a.xml:2")]
    [InlineData("{\"images\": []}", "not valid XML", "a.xml:1")]
    [InlineData("<?xml version=\"1.0\" encoding=\"klingon\"?><annotation/>", "encoding 'klingon' is unknown", "a.xml:1")]
    public void A_damaged_file_is_one_error_with_its_line(string text, string message, string place)
    {
        var finding = Error(text);

        Assert.Contains(message, finding.Message);
        Assert.EndsWith(place, finding.At);
        Assert.DoesNotContain('\n', finding.Message);
        Assert.DoesNotContain(folder.Root, finding.Message);
    }

    [Fact]
    public void Bytes_that_are_not_the_encodings_are_an_error_with_their_line()
    {
        folder.Bytes("Annotations/a.xml", Encoding.Latin1.GetBytes(VocXmlOf.Objects(VocXmlOf.Object("cat"), VocXmlOf.Object("köter"))));

        var finding = Assert.Single(Labels().Findings);

        Assert.EndsWith("a.xml:4", finding.At);
        Assert.Contains("not text in utf-8", finding.Message);
        Assert.Contains("a.xml:4", Assert.Throws<UserErrorException>(() => Dataset.Open(folder.Root).Classes).Message);
    }

    [Fact]
    public void Depth_size_and_number_of_elements_are_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("<a>", 100_000));
        Assert.Contains("inside each other", Error("<annotation>" + deep).Message);
        var wide = string.Concat(Enumerable.Repeat("<a/>", 1_000_001));
        Assert.Contains("more than 1,000,000 elements", Error("<annotation>" + wide).Message);
        Assert.Contains("the limit is 16,000,000", Error("<annotation>" + new string(' ', 16_000_000)).Message);
    }

    [Fact]
    public void Damage_of_any_kind_gives_findings_and_nothing_else()
    {
        var original = File.ReadAllBytes(SharedData.Path("data/bccd-voc/Annotations/BloodImage_00000.xml"))[..1500];
        DamagedBytes.Of(original).Sample(
            bytes =>
            {
                folder.Bytes("Annotations/a.xml", bytes);
                var labels = Labels();
                Assert.All(labels.Findings, finding => Assert.Contains("a.xml", finding.At));
                Assert.All(labels.Findings, finding => Assert.DoesNotContain('\n', finding.ToString()));
            },
            iter: 1000,
            threads: 1);
    }

    public void Dispose() => folder.Dispose();

    private Finding Error(string xml)
    {
        folder.Text("Annotations/a.xml", xml);
        var finding = Assert.Single(Labels().Findings);
        Assert.True(finding.IsError);
        return finding;
    }

    private ImageLabels Labels()
    {
        var dataset = Dataset.OpenWithErrors(folder.Root, "voc");
        return dataset.Contains("a") ? ImageFolder.Read(dataset, "a") : new ImageLabels([], dataset.Findings);
    }
}
