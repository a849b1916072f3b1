using System.Globalization;
using System.Text;
using Pipeline.Golden;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation.Results;

public sealed class CocoResultTests
{
    private const string Good = """{"image_id": 7, "category_id": 3, "bbox": [10.1, 10.2, 20.3, 20.4], "score": 0.1}""";

    [Fact]
    public void Detections_come_by_image_with_the_numbers_of_the_file() => EachCulture.Run(() =>
    {
        using var files = ScoredCase.OfCoco($$"""
            [{"score": 7e-1, "bbox": [1, 2, 3, 4], "segmentation": {"counts": "x"}, "category_id": 90, "image_id": 8.0}, {{Good}},
             {"image_id": 7, "category_id": "pallet jack", "bbox": [0, 0, 1, 1], "score": 17}]
            """);

        var found = files.ReadCoco().Detections;

        Assert.Equal([0, 0, 1], found.Select(entry => entry.Image));
        Assert.Equal([0, 1, 1], found.Select(entry => entry.Class));
        Assert.Equal([0.1, 17, 0.7], found.Select(entry => entry.Score));
        Assert.Equal(ExactBox.FromSides(10.1, 10.2, 20.3, 20.4), found[0].Box);
        Assert.Empty(files.Remarks);
    });

    [Theory]
    [InlineData("\"image_id\": 9", "results[1].image_id: 9 is no image of")]
    [InlineData("\"image_id\": \"7\"", "results[1].image_id: \"7\" is no image of")]
    [InlineData("\"image_id\": 7.5", "results[1].image_id: 7.5 is not a whole number below 2^53")]
    [InlineData("\"image_id\": 9007199254740993", "results[1].image_id: 9007199254740993 is not a whole number below 2^53")]
    [InlineData("\"image_id\": null", "results[1].image_id: null is neither a whole number nor a text")]
    [InlineData("\"image_id\": [7]", "results[1].image_id: an array is neither")]
    [InlineData("\"category_id\": 4", "results[1].category_id: 4 is no class of")]
    [InlineData("\"category_id\": 4", "there are 3 (forklift), 90 (pallet jack)")]
    [InlineData("\"category_id\": \"pallet\"", "results[1].category_id: \"pallet\" is no class of")]
    [InlineData("\"category_id\": true", "results[1].category_id: true is neither")]
    [InlineData("\"score\": \"0.5\"", "results[1].score: \"0.5\" is not a finite number; numbers stand without quotes")]
    [InlineData("\"score\": null", "results[1].score: null is not a finite number")]
    [InlineData("\"score\": 1e999", "results[1].score: 1e999 is not a finite number")]
    [InlineData("\"bbox\": null", "results[1].bbox: null is not a box")]
    [InlineData("\"bbox\": [1, 2, 3]", "results[1].bbox: 3 numbers")]
    [InlineData("\"bbox\": [1, 2, 3, 4, 5]", "results[1].bbox: 5 numbers")]
    [InlineData("\"bbox\": [1, 2, \"3\", 4]", "results[1].bbox[2]: \"3\" is not a finite number; numbers stand without quotes")]
    [InlineData("\"bbox\": [1, 2, [3], 4]", "results[1].bbox[2]: an array is not a finite number")]
    [InlineData("\"bbox\": [1, 2, null, 4]", "results[1].bbox[2]: null is not a finite number")]
    [InlineData("\"bbox\": {\"x\": 1}", "results[1].bbox: an object is not a box")]
    [InlineData("\"bbox\": [1e308, 2, 1e308, 4]", "results[1].bbox: these numbers are too large")]
    public void A_wrong_member_is_named(string member, string expected)
    {
        using var files = ScoredCase.OfCoco($"[{Good}, {Good.Insert(Good.Length - 1, ", " + member)}]");

        var message = files.Refusal(files.Files("truth.json", "results.json"));

        Assert.StartsWith(files.At("results.json") + ": results[1].", message);
        Assert.Contains(expected, message);
    }

    [Theory]
    [InlineData("score", "results[1].score: there is none")]
    [InlineData("bbox", "results[1].bbox: there is none")]
    [InlineData("image_id", "results[1].image_id: there is none")]
    [InlineData("category_id", "results[1].category_id: there is none")]
    public void A_missing_member_is_named(string member, string expected)
    {
        using var files = ScoredCase.OfCoco($"[{Good}, {Good.Replace($"\"{member}\"", "\"other\"", StringComparison.Ordinal)}]");

        Assert.Contains(expected, files.Refusal(files.Files("truth.json", "results.json")));
    }

    [Theory]
    [InlineData("[", "line 1, byte 2 (results[0]): the file ends too early")]
    [InlineData("[" + Good + ",\n {\"image_id\": 7, \"score\": 0.", "line 2, byte 29 (results[1].score): the file ends too early")]
    [InlineData("[" + Good, "the file ends too early")]
    [InlineData("[" + Good + "] x", "this is not JSON")]
    [InlineData("[" + Good + "," + Good + ",]", "this is not JSON")]
    [InlineData("[{\"score\": NaN}]", "(results[0].score): NaN and Infinity are not JSON")]
    [InlineData("[{\"bbox\": [1, -Infinity, 3, 4]}]", "(results[0].bbox): NaN and Infinity are not JSON")]
    [InlineData("[{\"bbox\": [1,5, 2,5, 3,5, 4,5]}]", "results[0].bbox: 8 numbers")]
    [InlineData("[{\"score\": 0,5}]", "this is not JSON")]
    [InlineData("[7]", "results[0]: 7 is no result")]
    [InlineData("[[]]", "results[0]: an array is no result")]
    [InlineData("[null]", "results[0]: null is no result")]
    [InlineData("\"text\"", "a list of results is expected")]
    [InlineData("", "the file is empty")]
    [InlineData("  \n\t ", "the file ends too early")]
    [InlineData("{}", "this is an object, as annotation files are")]
    [InlineData(ScoredCase.CocoTruth, "Truth and detections may be swapped")]
    public void What_is_no_list_of_results_is_refused_with_its_place(string text, string expected)
    {
        using var files = ScoredCase.OfCoco(text);

        Assert.Contains(expected, files.Refusal(files.Files("truth.json", "results.json")));
    }

    [Fact]
    public void Enormous_nesting_is_refused()
    {
        using var files = ScoredCase.OfCoco("[{\"other\": " + new string('[', 100_000));

        Assert.Contains("depth", files.Refusal(files.Files("truth.json", "results.json")));
    }

    [Fact]
    public void Results_in_the_place_of_the_truth_are_recognized()
    {
        using var files = ScoredCase.OfCoco($"[{Good}]");

        Assert.Contains("this is a list, as of results", files.Refusal(files.Files("results.json", "truth.json")));
    }

    [Fact]
    public void Compressed_files_are_named_so()
    {
        using var files = ScoredCase.OfCoco("").Bytes("results.json", [0x1F, 0x8B, 8, 0]).Bytes("r.zip", "PK\u0003\u0004"u8.ToArray());

        Assert.Contains("gunzip", files.Refusal(files.Files("truth.json", "results.json")));
        Assert.Contains("unpack", files.Refusal(files.Files("truth.json", "r.zip")));
        Assert.Contains("gunzip", files.Refusal(files.Files("results.json", "truth.json")));
    }

    [Fact]
    public void No_detections_are_no_error()
    {
        using var files = ScoredCase.OfCoco(" [ ] ");

        var problem = files.ReadCoco();

        Assert.Empty(problem.Detections);
        Assert.Equal(["a", "b"], problem.ImageIds);
        Assert.Single(problem.Objects);
    }

    [Fact]
    public void What_official_tools_count_counts_and_is_said()
    {
        using var files = ScoredCase.OfCoco("""
            [{"image_id": 7, "category_id": 3, "bbox": [100, 10, 20, 20], "score": 0.5},
             {"image_id": 7, "category_id": 3, "bbox": [-20, 10, 20, 20], "score": 0.5},
             {"image_id": 7, "category_id": 3, "bbox": [99, 79, 20, 20], "score": -3},
             {"image_id": 7, "category_id": 3, "bbox": [10, 10, 0, 20], "score": 0.5},
             {"image_id": 7, "category_id": 3, "bbox": [10, 10, -20, 20], "score": 1.5}]
            """);

        Assert.Equal(5, files.ReadCoco().Detections.Length);

        Assert.Equal(2, files.Remarks.Count);
        Assert.Contains("2 boxes lie outside their image", files.Remarks[0]);
        Assert.EndsWith("results.json: results[0].bbox)", files.Remarks[0]);
        Assert.Contains("2 boxes have no area, or a negative width or height", files.Remarks[1]);
        Assert.EndsWith("results[3].bbox)", files.Remarks[1]);
    }

    [Fact]
    public void Byte_order_marks_utf_16_and_line_ends_of_other_systems_are_read()
    {
        var text = $"[\r\n{Good}\r\n]\r\n";
        foreach (var encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            using var files = ScoredCase.OfCoco("").Bytes("results.json", [.. encoding.GetPreamble(), .. encoding.GetBytes(text)]);

            Assert.Single(files.ReadCoco().Detections);
        }
    }

    [Fact]
    public void Only_the_images_of_a_list_and_the_named_classes_are_measured()
    {
        using var files = ScoredCase.OfCoco($$"""[{{Good}}, {"image_id": 8, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 1}]""");
        files.Text("list.txt", "b\n");

        var listed = files.Read(files.Files("truth.json", "results.json") with { Split = files.At("list.txt") });
        Assert.Equal("b", Assert.Single(listed.ImageIds));
        Assert.Empty(listed.Objects);
        Assert.Single(listed.Detections);
        Assert.Contains("1 detections are of images that are not evaluated", Assert.Single(files.Remarks));

        files.Read(files.Files("truth.json", "results.json") with { Classes = ["forklift", "palet jack"] });
        Assert.Contains("there is no class 'palet jack'; there are forklift, pallet jack. Did you mean 'pallet jack'?", files.Remarks[0]);
        var others = files.Read(files.Files("truth.json", "results.json") with { Classes = ["pallet jack"] });
        Assert.Empty(others.Detections);
        Assert.Contains("2 detections are of classes that are not measured", Assert.Single(files.Remarks));
    }

    [Fact]
    public void A_list_that_names_a_missing_image_is_refused_with_its_line()
    {
        using var files = ScoredCase.OfCoco("[]");
        files.Text("list.txt", "a\n\nc\n");

        var message = files.Refusal(files.Files("truth.json", "results.json") with { Split = files.At("list.txt") });

        Assert.Contains("list.txt:3: image 'c' is not in the data set", message);
    }

    [Fact]
    public void A_class_of_the_detections_can_become_one_of_the_labels()
    {
        using var files = ScoredCase.OfCoco("""[{"image_id": 7, "category_id": "truck", "bbox": [1, 2, 3, 4], "score": 1}]""");
        var options = files.Files("truth.json", "results.json") with
        {
            LabelMap = new Dictionary<string, string> { ["truck"] = "forklift", ["pallet jack"] = "forklift" },
        };

        var problem = files.Read(options);

        Assert.Equal("forklift", Assert.Single(problem.Labels.Classes));
        Assert.Equal(0, Assert.Single(problem.Detections).Class);
    }

    [Fact]
    public void Texts_are_ids_where_the_labels_have_texts()
    {
        using var files = ScoredCase.OfCoco("""[{"image_id": "x/1", "category_id": 3, "bbox": [1, 2, 3, 4], "score": 1}]""");
        files.Text("truth.json", """
            {"images": [{"id": "x/1"}, {"id": "y"}], "categories": [{"id": 3, "name": "cat"}], "annotations": []}
            """);

        Assert.Equal("x/1", files.ReadCoco().ImageIds[0]);
        Assert.Equal(0, Assert.Single(files.ReadCoco().Detections).Image);
    }

    [Theory]
    [InlineData("\"id\": 7}, {\"id\": 7", "images[1].id")]
    [InlineData("\"id\": null", "images[0].id")]
    public void Wrong_images_of_the_truth_are_named(string image, string expected)
    {
        using var files = ScoredCase.OfCoco("[]");
        files.Text("truth.json", $$"""{"images": [{ {{image}} }], "categories": [], "annotations": []}""");

        Assert.Contains(expected, files.Refusal(files.Files("truth.json", "results.json")));
    }

    [Fact]
    public void Results_of_any_length_are_read_through_a_small_buffer()
    {
        var entries = Enumerable.Range(0, 40_000).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"image_id": {{7 + (i % 2)}}, "category_id": 3, "bbox": [{{i}}.5, 1, 2, 3], "score": {{i}}}"""));
        using var files = ScoredCase.OfCoco($"[{string.Join(",\n", entries)}]");

        var found = files.ReadCoco().Detections;

        Assert.Equal(40_000, found.Length);
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => 2.0 * i), found.Take(20_000).Select(entry => entry.Score));
        Assert.Equal(39_999.5, found[^1].Box.X1);
    }
}
