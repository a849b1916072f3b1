using Pipeline.Training.Engine;

namespace Pipeline.Training.Tests.Engine;

public sealed class CollectionPauseTests
{
    [Fact]
    public void What_other_threads_allocate_causes_no_collection_within_a_pause_and_collections_go_on_after_it()
    {
        using (CollectionPause.Begin())
        {
            var before = GC.CollectionCount(0);
            var thread = new Thread(() => Allocate(megabytes: 60));
            thread.Start();
            thread.Join();
            Assert.Equal(before, GC.CollectionCount(0));
        }

        var after = GC.CollectionCount(0);
        GC.Collect();
        Assert.True(GC.CollectionCount(0) > after);
    }

    [Fact]
    public void A_pause_within_a_pause_and_one_that_allocates_too_much_do_no_harm()
    {
        using (CollectionPause.Begin())
        {
            using var inner = CollectionPause.Begin();
            Allocate(megabytes: 400);
        }

        using (CollectionPause.Begin())
        {
            Allocate(megabytes: 1);
        }
    }

    private static void Allocate(int megabytes)
    {
        for (var i = 0; i < megabytes * 64; i++)
        {
            GC.KeepAlive(new byte[16_000]);
        }
    }
}
