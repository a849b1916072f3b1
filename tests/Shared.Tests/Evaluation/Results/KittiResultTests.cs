using Pipeline.Golden;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation.Results;

public sealed class KittiResultTests
{
    [Fact]
    public void Detections_are_read_with_every_digit_from_the_folder_or_its_data() => EachCulture.Run(() =>
    {
        const string Line = "Car -1 -1 -10 10.01 20.02 30.03 40.04 -1 -1 -1 -1000 -1000 -1000 -10 0.123456789012345678";
        using var files = ScoredCase.OfKitti().Text("results/data/000000.txt", $"\uFEFF{Line}\r\n\r\n").Text("results/data/000001.txt", "");

        var found = Assert.Single(files.ReadKitti().Detections);

        Assert.Equal(ExactBox.FromCorners(10.01, 20.02, 30.03, 40.04), found.Box);
        Assert.Equal(0.123456789012345678, found.Score);
        Assert.Equal(0, found.Class);
        Assert.Equal(found, Assert.Single(files.Read(files.Files("label_2", "results/data")).Detections));
    });

    [Theory]
    [InlineData("Car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10", "found 15; the score is missing, as in labels")]
    [InlineData("Car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000", "found 14")]
    [InlineData("Big car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "found more; a class name with white space")]
    [InlineData("Car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 nan", "field 16 (score): 'nan' is not a finite number")]
    [InlineData("Car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0,5", "field 16 (score): '0,5' is not a finite number")]
    [InlineData("Car -1 -1 -10 inf 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "field 5 (left): 'inf' is not a finite number")]
    [InlineData("Car -1 -1 -10 10 10 30 1e99 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "field 8 (bottom): '1e99' is not a finite number")]
    [InlineData("Lorry -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "field 1 (type): 'Lorry' is no class of")]
    [InlineData("{\"type\": \"Car\"}", "found 2")]
    public void A_wrong_line_is_named(string line, string expected)
    {
        using var files = ScoredCase.OfKitti().Text("results/000001.txt", ScoredCase.Line() + line).Text("results/000000.txt", "");

        Assert.Contains($"000001.txt:2: ", files.Refusal(files.Files("label_2", "results")));
        Assert.Contains(expected, files.Refusal(files.Files("label_2", "results")));
    }

    [Fact]
    public void A_frame_without_file_is_an_error_and_an_empty_file_is_none()
    {
        using var files = ScoredCase.OfKitti().Text("results/000000.txt", "");

        var message = files.Refusal(files.Files("label_2", "results"));

        Assert.Contains("000001.txt: there is no result file of image '000001' (1 of 2 images have none)", message);
        Assert.Contains("an empty one where nothing is detected", message);
        files.Text("results/000001.txt", " \n");
        Assert.Empty(files.ReadKitti().Detections);
    }

    [Fact]
    public void A_file_of_an_unknown_frame_is_an_error()
    {
        using var files = ScoredCase.OfKitti().Text("results/000000.txt", "").Text("results/000002.txt", "");

        Assert.Contains("000002.txt: '000002' is no image of", files.Refusal(files.Files("label_2", "results")));
    }

    [Theory]
    [InlineData("000000.TXT")]
    [InlineData("0.txt")]
    public void Two_files_of_a_frame_are_an_error(string second)
    {
        using var files = ScoredCase.OfKitti().Text("results/000000.txt", "").Text($"results/{second}", "").Text("results/000001.txt", "");

        Assert.Contains("of the same image", files.Refusal(files.Files("label_2", "results")));
    }

    [Fact]
    public void Labels_in_the_place_of_results_are_recognized()
    {
        using var files = ScoredCase.OfKitti();

        Assert.Contains("may be swapped", files.Refusal(files.Files("label_2", "label_2")));
    }

    [Fact]
    public void What_the_development_kit_counts_counts_and_is_said()
    {
        const string Fields = "-1 -1 -1 -1000 -1000 -1000 -10 0.5\n";
        using var files = ScoredCase.OfKitti()
            .Text(
                "results/000000.txt",
                $"Car -1 -1 -10 -30 10 -10 30 {Fields}Car -1 -1 -10 30 10 10 30 {Fields}car -1 -1 -10 1 2 3 4 {Fields}")
            .Text("results/000001.txt", ScoredCase.Line("Misc") + ScoredCase.Line("DontCare"));

        Assert.Equal(3, files.ReadKitti().Detections.Length);

        Assert.Equal(3, files.Remarks.Count);
        Assert.Contains("1 boxes lie outside their image", files.Remarks[0]);
        Assert.EndsWith("000000.txt:1)", files.Remarks[0]);
        Assert.Contains("1 boxes have no area", files.Remarks[1]);
        Assert.Contains("2 detections are of classes that are not measured", files.Remarks[2]);
        Assert.EndsWith("000001.txt:1)", files.Remarks[2]);
    }

    [Fact]
    public void Coco_results_name_frames_by_number_or_name_and_classes_by_name_or_place()
    {
        using var files = ScoredCase.OfKitti().Text("results.json", """
            [{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 1},
             {"image_id": "000000", "category_id": "Car", "bbox": [1, 2, 3, 4], "score": 1}]
            """);
        var options = files.Files("label_2", "results.json");

        var found = files.Read(options with { Classes = ["Pedestrian", "Car"] }).Detections;

        Assert.Equal([0, 1], found.Select(entry => entry.Image));
        Assert.Equal([1, 1], found.Select(entry => entry.Class));
        Assert.Contains("--classes", files.Refusal(options));
    }

    [Fact]
    public void Kitti_results_are_scored_against_labels_of_coco()
    {
        using var files = ScoredCase.OfCoco("").Text("results/a.txt", ScoredCase.Line("forklift")).Text("results/000008.txt", "");

        var found = Assert.Single(files.Read(files.Files("truth.json", "results")).Detections);

        Assert.Equal((0, 0), (found.Image, found.Class));
    }

    [Fact]
    public void An_empty_folder_and_a_missing_one_are_errors()
    {
        using var files = ScoredCase.OfKitti().Text("results/.hidden.txt", "");

        Assert.Contains("there are no result files", files.Refusal(files.Files("label_2", "results")));
        Assert.Contains("there is no such", files.Refusal(files.Files("label_2", "nothing")));
    }
}
