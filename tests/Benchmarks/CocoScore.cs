using System.Diagnostics;
using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Coco;

namespace Pipeline.Benchmarks;

/// <summary>
/// COCO's metric on the reference's problem by formula, for a comparison with other programs: it writes their files, and times ours.
/// </summary>
internal static class CocoScore
{
    private const ulong Seed = 20240601;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    /// <summary>Fewest detections of an image and class, and how many more there may be, less one, by the sizes' names.</summary>
    private static readonly Dictionary<string, (int Least, int Spread)> Sizes = new() { ["A"] = (0, 8), ["B"] = (20, 21) };

    /// <summary>Writes <c>truth.json</c> and <c>results.json</c> in COCO's formats.</summary>
    public static void Write(string folder, string size, int images)
    {
        var problem = Problem(size, images);
        Directory.CreateDirectory(folder);
        using var truth = File.Create(Path.Combine(folder, "truth.json"));
        using var json = new Utf8JsonWriter(truth);
        WriteTruth(json, problem);
        using var results = File.Create(Path.Combine(folder, "results.json"));
        JsonSerializer.Serialize(results, problem.Detections.Select(found => new
        {
            image_id = found.Image + 1,
            category_id = found.Class + 1,
            bbox = new[] { found.Box.X1, found.Box.Y1, found.Box.Width, found.Box.Height },
            score = found.Score,
        }));
    }

    /// <summary>Times evaluation and accumulation together; prints a line of JSON.</summary>
    /// <param name="size">A or B.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="runs">Timed runs, after a first one that is told by itself and as many as it takes to compile everything.</param>
    public static void Run(string size, int images, int runs)
    {
        var problem = Problem(size, images);
        var metric = new CocoMetric();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        PeakMemory.Reset();
        var before = PeakMemory.Bytes();
        MetricReport? report = null;
        var first = Seconds(() => report = metric.Evaluate(problem));
        var peak = PeakMemory.Bytes() - before;
        var warmUp = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(warmUp) < WarmUp)
        {
            report = metric.Evaluate(problem);
        }

        var cpu = Environment.CpuUsage.TotalTime;
        double[] seconds = [.. Enumerable.Range(0, runs).Select(_ => Seconds(() => metric.Evaluate(problem)))];
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            peer = "pipeline",
            version = $".NET {Environment.Version}",
            size,
            images,
            objects = problem.Objects.Length,
            detections = problem.Detections.Length,
            seconds,
            first_seconds = first,
            cpu_seconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / runs,
            problem_mb = before / 1e6,
            evaluation_mb = peak / 1e6,
            stats = report!.Numbers.Values.Select(value => value ?? -1),
        }));
    }

    private static double Seconds(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static EvaluationProblem Problem(string size, int images) =>
        CocoBenchProblem.Create(Seed, Sizes[size].Least, Sizes[size].Spread, images);

    private static void WriteTruth(Utf8JsonWriter json, EvaluationProblem problem) => JsonSerializer.Serialize(json, new
    {
        images = problem.ImageIds.Select((id, index) => new { id = index + 1, file_name = $"{id}.png", width = 1242, height = 375 }),
        categories = problem.Labels.Classes.Select((name, index) => new { id = index + 1, name }),
        annotations = problem.Objects.Select((entry, index) => new
        {
            id = index + 1,
            image_id = entry.Image + 1,
            category_id = entry.Class + 1,
            bbox = new[] { entry.Box.X1, entry.Box.Y1, entry.Box.Width, entry.Box.Height },
            area = entry.AreaPixels,
            iscrowd = (entry.Marks & AnnotationMarks.Crowd) != 0 ? 1 : 0,
        }),
    });
}
