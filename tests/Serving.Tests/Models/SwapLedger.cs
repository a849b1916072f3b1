using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Pipeline.Serving.Protocols.Detect;

namespace Pipeline.Serving.Tests.Models;

/// <summary>One request of a client, and what became of it.</summary>
/// <param name="Id">Which request it was; the response repeats it.</param>
/// <param name="EchoedId">What the response repeated.</param>
/// <param name="Sent">Time stamp before it was sent.</param>
/// <param name="Answered">Time stamp after the last byte of the answer.</param>
/// <param name="Status">Status of the response.</param>
/// <param name="Version">Version that answered.</param>
/// <param name="Labels">Labels of what was found.</param>
internal sealed record LedgerEntry(
    string Id, string EchoedId, long Sent, long Answered, HttpStatusCode Status, int Version, IReadOnlyList<string> Labels);

/// <summary>Clients that send requests one after the other until they are told to stop, and write down each of them.</summary>
/// <param name="address">The service.</param>
internal sealed class SwapLedger(Uri address)
{
    private readonly ConcurrentQueue<LedgerEntry> entries = new();
    private int sent;
    private volatile bool isStopped;

    /// <summary>Every answered request.</summary>
    public IReadOnlyList<LedgerEntry> Entries => [.. entries];

    /// <summary>Requests that were sent.</summary>
    public int Sent => sent;

    /// <summary>Starts clients.</summary>
    /// <returns>Ends when all of them have stopped; fails when a request got no answer.</returns>
    public Task Run(int clients)
    {
        var png = ServiceFixture.Png();
        return Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(() => Client(png))));
    }

    /// <summary>Lets each client finish its request and stop.</summary>
    public void Stop() => isStopped = true;

    private async Task Client(byte[] png)
    {
        using var client = new HttpClient { BaseAddress = address };
        while (!isStopped)
        {
            var id = $"request-{Interlocked.Increment(ref sent)}";
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detect") { Content = new ByteArrayContent(png) };
            request.Headers.Add("X-Request-ID", id);
            var start = Stopwatch.GetTimestamp();
            using var answer = await client.SendAsync(request);
            var found = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<DetectResponse>() : null;
            entries.Enqueue(new LedgerEntry(
                Id: id,
                EchoedId: string.Join(',', answer.Headers.GetValues("X-Request-ID")),
                Sent: start,
                Answered: Stopwatch.GetTimestamp(),
                Status: answer.StatusCode,
                Version: found?.Version ?? 0,
                Labels: [.. (found?.Detections ?? []).Select(detection => detection.Label).Distinct()]));
        }
    }
}
