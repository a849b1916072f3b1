using System.Diagnostics;
using System.Net;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Models;

namespace Pipeline.Serving.Tests.Models;

/// <summary>
/// Versions are swapped under clients over real HTTP. A ledger of requests shows that each is answered once, by a version that was
/// ready, as that version answers. The long form makes 50 swaps at 32 clients.
/// </summary>
public sealed class SwapTests : IDisposable
{
    private readonly TinyRepository repository = new();

    [Fact]
    public async Task No_request_is_lost_or_answered_by_a_version_that_is_not_ready_while_versions_are_swapped()
    {
        var swaps = LongTests.AreOn ? 50 : 4;
        var clients = LongTests.AreOn ? 32 : 8;
        repository.Publish(1);
        await using var service = await RepositoryService.Start(repository.Root, ModelControl.Poll);
        var ledger = new SwapLedger(service.Client.BaseAddress!);
        var readyFrom = new Dictionary<int, long> { [1] = 0 };
        var drainedAt = new Dictionary<int, long>();
        var running = ledger.Run(clients);

        for (var version = 2; version <= swaps + 1; version++)
        {
            await Answered(ledger, ledger.Entries.Count + clients);
            repository.Publish(version);
            BadVersions.Publish(repository, version + 1_000, "changed byte");
            var before = Stopwatch.GetTimestamp();
            await service.Update();
            await service.Settle();
            readyFrom[version] = before;
            drainedAt[version - 1] = Stopwatch.GetTimestamp();
            Assert.Equal(ModelState.Ready, service.Status(version).State);
            repository.Remove(version + 1_000);
        }

        await Answered(ledger, ledger.Entries.Count + clients);
        ledger.Stop();
        await running;

        var entries = ledger.Entries;
        Assert.Equal(ledger.Sent, entries.Count);
        Assert.Equal(ledger.Sent, entries.Select(entry => entry.Id).Distinct().Count());
        Assert.All(entries, entry => Assert.Equal((HttpStatusCode.OK, entry.Id), (entry.Status, entry.EchoedId)));
        Assert.All(entries, entry => Assert.NotEmpty(entry.Labels));
        Assert.All(entries, entry => Assert.All(entry.Labels, label => Assert.StartsWith(TinyRepository.Mark(entry.Version), label)));
        Assert.All(entries, entry => Assert.True(entry.Answered >= readyFrom[entry.Version], $"{entry} before its version was ready"));
        Assert.All(
            entries.Where(entry => drainedAt.ContainsKey(entry.Version)),
            entry => Assert.True(entry.Sent <= drainedAt[entry.Version], $"{entry} after its version was unloaded"));
        Assert.Equal(Enumerable.Range(1, swaps + 1), entries.Select(entry => entry.Version).Distinct().Order());
    }

    public void Dispose() => repository.Dispose();

    private static async Task Answered(SwapLedger ledger, int count)
    {
        while (ledger.Entries.Count < count)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
