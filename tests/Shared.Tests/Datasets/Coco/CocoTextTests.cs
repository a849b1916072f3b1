using System.Text;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Coco;

namespace Pipeline.Shared.Tests.Datasets.Coco;

/// <summary>JSON as people have it, and what is none.</summary>
public sealed class CocoTextTests : IDisposable
{
    private const string Annotation = """{"image_id": 7, "category_id": 90, "bbox": [1.25, 2, 3e0, 4], "iscrowd": 0, "id": 1234567}""";

    private readonly CocoFolder coco = new CocoFolder().WithImages("a.jpg");

    public static TheoryData<Encoding> Encodings =>
    [
        new UTF8Encoding(true), new UnicodeEncoding(bigEndian: false, byteOrderMark: true),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: true), new UnicodeEncoding(bigEndian: false, byteOrderMark: false),
    ];

    [Theory, MemberData(nameof(Encodings))]
    public void Other_encodings_of_Unicode_are_read(Encoding encoding)
    {
        coco.Write("annotations.json", CocoFolder.OneImage($"[{Annotation}]"), encoding);

        Assert.Equal("палета", Dataset.Open(coco.File).Classes[1].Name);
    }

    [Fact]
    public void White_space_of_any_kind_is_read()
    {
        var json = "\r\n\t" + CocoFolder.OneImage($"[{Annotation}]").Replace(", ", " \r\n\t, ", StringComparison.Ordinal) + "\r\n\r\n";

        Assert.Empty(CocoFolder.FindingsOf(coco.Open(json)));
    }

    [Theory]
    [InlineData(1), InlineData(17), InlineData(64), InlineData(1 << 18)]
    public void Tokens_across_the_borders_of_buffers_are_read(int bufferBytes)
    {
        var long_ = new string('x', 3000);
        var json = CocoFolder.OneImage($"[{string.Join(",\n", Enumerable.Repeat(Annotation, 50))}]")
            .Replace("2017", $"\"{long_}\"", StringComparison.Ordinal)
            .Replace("\"file_name\"", "\"file\\u005fname\"", StringComparison.Ordinal);
        coco.Write("annotations.json", json);

        var document = new CocoReader(coco.File, bufferBytes).Read();

        Assert.Equal(50, document.Annotations.Count);
        Assert.All(document.Annotations, annotation => Assert.Equal(document.Annotations[0] with { Place = annotation.Place }, annotation));
        Assert.Equal(1234567, document.Annotations[0].Id);
        Assert.Equal(4.25f, document.Annotations[0].Box.X2);
        Assert.Equal("a.jpg", Assert.Single(document.Images).FileName);
        Assert.Equal(["forklift", "палета"], document.Classes.Select(entry => entry.Name));
    }

    [Theory]
    [InlineData("", "line 1, byte 1: the file ends too early")]
    [InlineData("  \n ", "line 2, byte 2: the file ends too early")]
    [InlineData("{\"images\": [{\"id\": 1, ", "line 1, byte 23: the file ends too early; it was cut off, copy it again.")]
    [InlineData("{\"images\": [],\n\"anno", "line 2, byte 6: the file ends too early")]
    [InlineData("{\"images\": [1, 2,]}", "line 1, byte 18: this is not JSON: The JSON array contains a trailing comma")]
    [InlineData("{\"images\": [],\n // all\n}", "line 2, byte 2: this is not JSON: '/' is an invalid start")]
    [InlineData("{\"images\": [],\n\n \"x\": NaN}", "line 3, byte 7: NaN and Infinity are not JSON, although Python writes them")]
    [InlineData("{\"x\": [1, -Infinity]}", "line 1, byte 12: NaN and Infinity are not JSON")]
    [InlineData("{\"x\": Infinity}", "line 1, byte 7: NaN and Infinity are not JSON")]
    [InlineData("{\"x\": None}", "line 1, byte 7: this is not JSON: 'N' is an invalid start")]
    [InlineData("{'x': 1}", "line 1, byte 2: this is not JSON: ''' is an invalid start")]
    [InlineData("{\"x\": [[1, 2.5], [3]], \"y\": nul}", "line 1, byte 32: this is not JSON")]
    [InlineData("{\"x\": [[1, 2.5], [3]],\n \"y\": nul}", "line 2, byte 10: this is not JSON")]
    [InlineData("{\"x\": [1], \"z\":\n[2,3], \"y\": NaN}", "line 2, byte 13: NaN and Infinity")]
    [InlineData("{\"x\": [[1, 2, ], [3]]}", "line 1, byte 15: this is not JSON: The JSON array contains a trailing comma")]
    [InlineData("{\"x\": [[1, NaN], [3]]}", "line 1, byte 12: NaN and Infinity")]
    [InlineData("{\"x\": [[1] [3]]}", "line 1, byte 12: this is not JSON: '[' is invalid")]
    [InlineData("{\"images\": []} {}", "line 1, byte 16: this is not JSON: '{' is invalid after a single JSON value")]
    [InlineData("<html>", "line 1, byte 1: this is not JSON")]
    [InlineData("[{\"image_id\": 1}]", "this is a list, as of results; an annotation file is an object")]
    [InlineData("\"text\"", "this is \"text\"; an object")]
    [InlineData("null", "this is null; an object")]
    [InlineData("{}", "there is no list 'images'")]
    [InlineData("{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\"}], \"categories\": []}", "there is no list 'annotations'")]
    [InlineData("{\"images\": {}}", "images: an object is not a list")]
    [InlineData("{\"images\": null}", "images: null is not a list")]
    [InlineData("{\"images\": [], \"images\": []}", "images: the file has this list twice")]
    [InlineData("{\"images\": [], \"annotations\": [], \"categories\": []}", "images: the list is empty")]
    public void What_is_no_annotation_file_is_refused_with_its_place(string text, string expected)
    {
        Assert.StartsWith(expected, coco.Refusal(text));
    }

    [Fact]
    public void An_empty_list_of_categories_is_refused_when_there_are_annotations()
    {
        const string Images = """[{"id": 7, "file_name": "a.jpg"}]""";

        Assert.StartsWith("categories: the list is empty", coco.Refusal(CocoFolder.Json(Images, $"[{Annotation}]", "[]")));
        Assert.Empty(coco.Open(CocoFolder.Json(Images, "[]", "[]")).Classes);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        Assert.Contains("depth of 64", coco.Refusal($$"""{"x": {{new string('[', 100_000)}}"""));
    }

    [Fact]
    public void A_huge_text_is_refused_before_it_fills_the_memory()
    {
        using (var file = new StreamWriter(coco.File))
        {
            file.Write("{\"x\": \"");
            for (var i = 0; i < 70; i++)
            {
                file.Write(new string('x', 1_000_000));
            }

            file.Write("\", \"images\": []}");
        }

        Assert.Contains("is longer than 67,108,864 bytes", coco.Refusal(() => Dataset.Open(coco.File, "coco")));
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_an_error_of_their_entry()
    {
        var json = Encoding.UTF8.GetBytes(CocoFolder.OneImage("[]"));
        json[json.AsSpan().IndexOf("forklift"u8) + 1] = 0xE4;
        File.WriteAllBytes(coco.File, json);

        Assert.StartsWith("categories[0].name: \"f\uFFFDrklift\"", coco.Refusal(() => Dataset.Open(coco.File)));
    }

    public void Dispose() => coco.Dispose();
}
