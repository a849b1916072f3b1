using System.Text;
using Pipeline.Shared.Evaluation.Results;

namespace Pipeline.Shared.Tests.Evaluation.Results;

public sealed class ResultWriterTests
{
    [Fact]
    public void Coco_results_come_back_as_they_were()
    {
        const string First = """{"image_id":7,"category_id":3,"bbox":[10.1,10.2,20.3,20.4],"score":0.1}""";
        const string Second = """{"image_id":8,"category_id":90,"bbox":[1,2,3,4],"score":1E-07}""";
        const string Results = $"[{First},{Second}]";
        using var files = ScoredCase.OfCoco(Results);

        Assert.Equal(Results, Coco(files.ReadAll(files.Files("truth.json", "results.json"))));
    }

    [Fact]
    public void Kitti_results_come_back_as_they_were_and_frames_without_detections_have_an_empty_file()
    {
        const string Line = "Car -1 -1 -10 10.01 20.02 30.03 40.04 -1 -1 -1 -1000 -1000 -1000 -10 0.1234567890123456\n";
        using var files = ScoredCase.OfKitti().Text("results/000000.txt", Line + Line).Text("results/000001.txt", "");
        Directory.CreateDirectory(files.At("written"));

        KittiResultWriter.Write(files.At("written"), files.ReadAll(files.Files("label_2", "results")));

        Assert.Equal(Line + Line, File.ReadAllText(files.At("written/000000.txt")));
        Assert.Equal("", File.ReadAllText(files.At("written/000001.txt")));
    }

    [Fact]
    public void From_one_format_to_the_other_and_back_boxes_keep_their_corners()
    {
        using var files = ScoredCase.OfKitti().Text("results/000000.txt", ScoredCase.Line() + ScoredCase.Line("Van", "0.25"))
            .Text("results/000001.txt", ScoredCase.Line("Car", "1"));
        var kitti = files.ReadAll(files.Files("label_2", "results"));

        files.Text("results.json", Coco(kitti));
        var coco = files.ReadAll(files.Files("label_2", "results.json") with { Classes = kitti.Problem.Labels.Classes });

        Assert.Equal(kitti.Problem.Detections, coco.Problem.Detections);
    }

    [Fact]
    public void Converting_keeps_classes_that_are_not_measured_by_default()
    {
        using var files = ScoredCase.OfKitti().Text("results/000000.txt", ScoredCase.Line("Misc")).Text("results/000001.txt", "");

        var kept = files.ReadAll(files.Files("label_2", "results") with { KeepsAllClasses = true });

        Assert.Contains("\"category_id\":8,", Coco(kept));
        Assert.Empty(files.ReadKitti().Detections);
    }

    [Fact]
    public void A_class_with_white_space_cannot_be_written_for_kitti()
    {
        using var files = ScoredCase.OfCoco("[]");
        var results = files.ReadAll(files.Files("truth.json", "results.json"));

        Assert.Contains("'pallet jack'", Assert.Throws<UserErrorException>(() => KittiResultWriter.Write(files.At("x"), results)).Message);
    }

    private static string Coco(ResultProblem results)
    {
        using var stream = new MemoryStream();
        CocoResultWriter.Write(stream, results);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
