using Pipeline.Serving.Evaluation;
using Pipeline.Shared;

namespace Pipeline.Serving.Tests.Evaluation;

public sealed class ShardMergeTests(SharedModel model) : IClassFixture<SharedModel>, IDisposable
{
    private readonly EvaluatedScenes scenes = new(model, images: 5, wide: 4);

    [Theory]
    [InlineData(1), InlineData(3), InlineData(8)]
    public void Merged_shards_are_one_process_to_the_last_bit(int count)
    {
        var whole = EvaluatedScenes.Detect(scenes.Into("whole"));
        for (var index = 0; index < count; index++)
        {
            Assert.Null(EvaluatedScenes.Detect(Part(index, count)));
        }

        var merged = ShardMerge.Read([scenes.In("parts")], Assert.Fail);
        Directory.CreateDirectory(scenes.In("merged"));
        ShardMerge.Write(merged, scenes.In("merged"));

        Assert.Equal(StableParts.Run(scenes.In("whole")), StableParts.Run(scenes.In("merged")));
        Assert.Equal(StableParts.Images(scenes.In("whole")), StableParts.Images(scenes.In("merged")));
        Assert.Equal(StableParts.Detections(scenes.In("whole")), StableParts.Detections(scenes.In("merged")));
        Assert.Equal(StableParts.Report(whole!), StableParts.Report(EvaluationFolder.Open(scenes.In("merged"))));
    }

    [Fact]
    public void A_shard_that_is_missing_doubled_or_not_finished_is_named_with_its_place()
    {
        EvaluatedScenes.Detect(Part(0, 3));
        EvaluatedScenes.Interrupt(Part(2, 3), executions: 1);

        Assert.Contains("shard 1/3 is missing (2 of 3 are there)", Refused("parts"));
        EvaluatedScenes.Detect(Part(1, 3));
        Assert.Contains("parts/shard-2-of-3: shard 2/3 is not finished, 1 of its 2 executions are there", Refused("parts"));
        var doubled = Refused("parts/shard-0-of-3", "parts/shard-1-of-3", "parts/shard-2-of-3", "parts/shard-1-of-3");
        Assert.Contains("shard-1-of-3: this is shard 1/3, and so is", doubled);
    }

    [Fact]
    public void Shards_of_other_evaluations_are_refused_with_what_differs()
    {
        EvaluatedScenes.Detect(Part(0, 2));
        EvaluatedScenes.Detect(Part(1, 2) with { BatchSize = 3 });
        EvaluatedScenes.Detect(Part(1, 3));
        EvaluatedScenes.Detect(scenes.Into("whole"));
        EvaluatedScenes.Detect(Part(1, 2) with { Execution = new() { Threads = 3 }, Output = scenes.In("threads") });
        Directory.CreateDirectory(scenes.In("empty"));

        Assert.Contains("batchSize is 3, there it is 2", Refused("parts/shard-0-of-2", "parts/shard-1-of-2"));
        Assert.Contains("execution.threads is 3, there it is", Refused("parts/shard-0-of-2", "threads"));
        Assert.Contains("this is shard 1/3, but", Refused("parts/shard-0-of-2", "parts/shard-1-of-3"));
        Assert.Contains("this is a whole evaluation, not a shard", Refused("parts/shard-0-of-2", "whole"));
        Assert.Contains("empty: holds no shard of an evaluation", Refused("empty"));
        Assert.Contains("nowhere: there is no such folder of a shard", Refused("nowhere"));
        var opened = Assert.ThrowsAny<UserErrorException>(() => EvaluationFolder.Open(scenes.In("parts/shard-0-of-2")));
        Assert.Contains("this is shard 0/2 of an evaluation", opened.Message);
    }

    public void Dispose() => scenes.Dispose();

    private EvaluationOptions Part(int index, int count) =>
        scenes.Into("parts") with { Shard = new EvaluationShard(index, count) };

    private string Refused(params string[] folders) =>
        Assert.ThrowsAny<UserErrorException>(() => ShardMerge.Read([.. folders.Select(scenes.In)], _ => { })).Message;
}
