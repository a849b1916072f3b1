using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared.Datasets.Kitti;

namespace Pipeline.Serving.Tests.Evaluation;

/// <summary>Detections that an evaluation leaves as COCO's results.</summary>
public sealed class CocoResultsTests(SharedModel model) : IClassFixture<SharedModel>, IDisposable
{
    private readonly EvaluatedScenes scenes = new(model, images: 3);

    [Fact]
    public void Images_and_classes_have_the_numbers_of_the_labels()
    {
        WriteCoco(KittiClasses.Default);

        var run = Detect();
        var results = Results(run);

        Assert.NotEmpty(results);
        Assert.Equal(run.Batches.Sum(batch => batch.Images.Sum(image => image.Detections.Count)), results.Count);
        Assert.All(results, result => Assert.Contains((int)result!["image_id"]!, new[] { 700, 701, 702 }));
        Assert.All(results, result => Assert.InRange((int)result!["category_id"]!, 40, 40 + KittiClasses.Default.Count));
        Assert.Equal([700L, 701L, 702L], run.Evaluated().Select(image => image.Number!.Value).Order());
    }

    [Fact]
    public void Classes_are_counted_from_1_where_the_labels_do_not_number_all_of_them()
    {
        WriteCoco(["Car"]);

        var results = Results(Detect());

        Assert.All(results, result => Assert.InRange((int)result!["category_id"]!, 1, KittiClasses.Default.Count));
    }

    public void Dispose() => scenes.Dispose();

    private CompletedEvaluation Detect() =>
        ModelEvaluation.Detect(
            scenes.Options with { Data = scenes.In("coco/instances.json"), Format = "coco" },
            remark: _ => { },
            progress: null,
            TestContext.Current.CancellationToken)!;

    private static JsonArray Results(CompletedEvaluation run)
    {
        using var stream = new MemoryStream();
        run.WriteResults(stream, run.Problem());
        return JsonNode.Parse(stream.ToArray())!.AsArray();
    }

    private void WriteCoco(IReadOnlyList<string> classes)
    {
        Directory.CreateDirectory(scenes.In("coco"));
        for (var index = 0; index < 3; index++)
        {
            File.Copy(scenes.Image(index), scenes.In($"coco/{index}.png"));
        }

        var labels = new
        {
            images = Enumerable.Range(0, 3).Select(index => new { id = 702 - index, file_name = $"{index}.png", width = 96, height = 64 }),
            categories = classes.Select((name, index) => new { id = 40 + index, name }),
            annotations = new[]
            {
                new { id = 1, image_id = 701, category_id = 40, bbox = new[] { 10, 10, 20, 20 }, area = 400, iscrowd = 0 },
            },
        };
        File.WriteAllText(scenes.In("coco/instances.json"), JsonSerializer.Serialize(labels));
    }
}
