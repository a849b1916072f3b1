using System.Diagnostics;

namespace Pipeline.Benchmarks.Load;

/// <summary>
/// Measures the service beside a raw session of the same model: throughput of clients that wait for their answers, the latency of a
/// lone request, and what happens under ten times the load that it can carry.
/// </summary>
/// <param name="models">Folder of the model repository.</param>
/// <param name="model">Name of the model.</param>
/// <param name="threads">Threads of one execution, in both.</param>
/// <param name="images">The load.</param>
internal sealed class LoadRun(string models, string model, int threads, LoadImage[] images)
{
    private const int Ok = 200;

    /// <summary>Throughput at each number of clients, in rounds in which raw session and service take turns.</summary>
    public void Closed(int[] clients, int requests, int rounds)
    {
        using var service = MeasuredService.Start(models, model);
        using var sender = new DetectionRequests(service.Address, model);
        using var raw = new RawSession(ModelPath(), threads);
        LoadImage[] load = [.. Enumerable.Range(0, requests).Select(index => images[index % images.Length])];
        raw.Run(images);
        ClosedLoop.Run(sender, images, clients: 1);
        Console.WriteLine($"{requests} requests a round, {rounds} rounds, {images.Length} sizes");
        Console.WriteLine("| clients | raw images/s | service images/s | service / raw | p50 ms | p99 ms | raw p99 ms | not 200 |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var count in clients)
        {
            Print(count, [.. Enumerable.Range(0, rounds).Select(_ => Round(raw, sender, load, count))]);
        }

        Console.WriteLine($"resident memory of the service: {service.ResidentMegabytes():F0} MB");
    }

    /// <summary>Ten times the load that the service can carry, and how soon it is back to normal.</summary>
    public async Task OverloadAsync(double seconds, int timeoutMs, double times)
    {
        using var service = MeasuredService.Start(models, model);
        using var sender = new DetectionRequests(service.Address, model);
        var capacity = await CapacityAsync(sender);
        var lone = await LoneAsync(sender);
        Console.WriteLine($"capacity {capacity:F1} images/s; a lone request takes {1_000 * lone:F0} ms (median)");
        using var stop = new CancellationTokenSource();
        var memory = SampleMemoryAsync(service, stop.Token);
        var results = await OpenLoop.RunAsync(sender, images, times * capacity, seconds, timeoutMs, seed: 1);
        var end = Stopwatch.GetTimestamp();
        var normal = await BackToNormalAsync(sender, 1.5 * lone, end);
        await stop.CancelAsync();
        PrintOverload(results, timeoutMs);
        var megabytes = await memory;
        Console.WriteLine(
            $"resident memory: {megabytes[0]:F0} MB before, {megabytes[megabytes.Count / 2]:F0} MB in the middle, "
            + $"{megabytes[^1]:F0} MB after, {megabytes.Max():F0} MB at most");
        Console.WriteLine($"back to 1.5 times the latency of a lone request {normal:F1} s after the last answer");
    }

    private static Measured Round(RawSession raw, DetectionRequests sender, LoadImage[] load, int clients)
    {
        var rawTimes = raw.Run(load);
        var (results, seconds) = ClosedLoop.Run(sender, load, clients);
        return new Measured(rawTimes, results, seconds);
    }

    private static void Print(int clients, Measured[] rounds)
    {
        double[] raw = [.. rounds.Select(round => round.Results.Length / round.Raw.Sum())];
        double[] served = [.. rounds.Select(round => round.Results.Length / round.Seconds)];
        double[] ratios = [.. served.Zip(raw, (service, session) => service / session)];
        double[] latencies = [.. rounds.SelectMany(round => round.Results).Select(result => 1_000 * result.Seconds)];
        var rawP99 = 1_000 * Percentile.Of(rounds.SelectMany(round => round.Raw), 0.99);
        var failed = rounds.Sum(round => round.Results.Count(result => result.Status != Ok));
        Console.WriteLine(
            $"| {clients} | {Percentile.Of(raw, 0.5):F1} | {Percentile.Of(served, 0.5):F1} | {Percentile.Of(ratios, 0.5):F3} "
            + $"| {Percentile.Of(latencies, 0.5):F0} | {Percentile.Of(latencies, 0.99):F0} | {rawP99:F0} | {failed} |");
    }

    private static void PrintOverload(RequestResult[] results, int timeoutMs)
    {
        Console.WriteLine($"{results.Length} requests, deadline {timeoutMs} ms");
        Console.WriteLine("| status | requests | p50 ms | p99 ms | slowest ms | with Retry-After |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var group in results.GroupBy(result => result.Status).OrderBy(group => group.Key))
        {
            double[] times = [.. group.Select(result => 1_000 * result.Seconds)];
            Console.WriteLine(
                $"| {group.Key} | {times.Length} | {Percentile.Of(times, 0.5):F0} | {Percentile.Of(times, 0.99):F0} | {times.Max():F0} "
                + $"| {group.Count(result => result.HasRetryAfter)} |");
        }
    }

    private async Task<double> CapacityAsync(DetectionRequests sender)
    {
        await Task.WhenAll(images.Select(image => sender.SendFileAsync(image, 60_000, Stopwatch.GetTimestamp())));
        var start = Stopwatch.GetTimestamp();
        var count = 0;
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 5)
        {
            await Task.WhenAll(images.Select(image => sender.SendFileAsync(image, 60_000, Stopwatch.GetTimestamp())));
            count += images.Length;
        }

        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private async Task<double> LoneAsync(DetectionRequests sender)
    {
        var times = new List<double>();
        for (var index = 0; index < 10 * images.Length; index++)
        {
            var result = await sender.SendFileAsync(images[index % images.Length], 60_000, Stopwatch.GetTimestamp());
            times.Add(result.Seconds);
        }

        return Percentile.Of(times, 0.5);
    }

    /// <summary>Seconds until a request of every size was answered in normal time, one after the other.</summary>
    private async Task<double> BackToNormalAsync(DetectionRequests sender, double normalSeconds, long since)
    {
        while (true)
        {
            var start = Stopwatch.GetElapsedTime(since).TotalSeconds;
            var times = new List<double>();
            foreach (var image in images)
            {
                times.Add((await sender.SendFileAsync(image, 60_000, Stopwatch.GetTimestamp())).Seconds);
            }

            if (Percentile.Of(times, 0.5) <= normalSeconds || start > 60)
            {
                return start;
            }
        }
    }

    private static async Task<List<double>> SampleMemoryAsync(MeasuredService service, CancellationToken stop)
    {
        var samples = new List<double>();
        while (!stop.IsCancellationRequested)
        {
            samples.Add(service.ResidentMegabytes());
            await Task.Delay(500, CancellationToken.None);
        }

        return samples;
    }

    private string ModelPath()
    {
        var versions = Directory.GetDirectories(Path.Combine(models, model)).Select(folder => int.Parse(Path.GetFileName(folder)));
        return Path.Combine(models, model, $"{versions.Max()}", "model.onnx");
    }

    private sealed record Measured(double[] Raw, RequestResult[] Results, double Seconds);
}
