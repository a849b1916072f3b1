using System.Diagnostics;

namespace Pipeline.Benchmarks.Load;

/// <summary>
/// Requests at times that were drawn beforehand, whatever becomes of the earlier ones. Times count from the scheduled start, so that
/// a slow service cannot hide behind requests that were sent late.
/// </summary>
internal static class OpenLoop
{
    /// <param name="requests">Sends them.</param>
    /// <param name="images">What is sent, in turns.</param>
    /// <param name="perSecond">Mean of the arrivals, which are independent of each other (Poisson).</param>
    /// <param name="seconds">How long requests are sent.</param>
    /// <param name="timeoutMs">The deadline that the requests ask for, in milliseconds.</param>
    /// <param name="seed">Draws the times.</param>
    public static async Task<RequestResult[]> RunAsync(
        DetectionRequests requests, LoadImage[] images, double perSecond, double seconds, int timeoutMs, int seed)
    {
        var random = new Random(seed);
        var sent = new List<Task<RequestResult>>();
        var start = Stopwatch.GetTimestamp();
        for (var due = 0.0; due < seconds; due += -Math.Log(1 - random.NextDouble()) / perSecond)
        {
            var wait = due - Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (wait > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(wait));
            }

            var scheduled = start + (long)(due * Stopwatch.Frequency);
            sent.Add(requests.SendFileAsync(images[sent.Count % images.Length], timeoutMs, scheduled));
        }

        return await Task.WhenAll(sent);
    }
}
