using System.Diagnostics;

namespace Pipeline.Benchmarks.Load;

/// <summary>Clients that send their next request when they have the answer to the last one.</summary>
internal static class ClosedLoop
{
    /// <summary>Sends every image once, shared among the clients.</summary>
    /// <returns>The results, and the seconds from the first request to the last answer.</returns>
    public static (RequestResult[] Results, double Seconds) Run(DetectionRequests requests, IReadOnlyList<LoadImage> images, int clients)
    {
        var results = new RequestResult[images.Count];
        var next = -1;
        var start = Stopwatch.GetTimestamp();
        var running = Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var index = Interlocked.Increment(ref next);
                if (index >= images.Count)
                {
                    return;
                }

                results[index] = await requests.SendTensorAsync(images[index], Stopwatch.GetTimestamp());
            }
        }));
        Task.WaitAll(running);
        return (results, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
