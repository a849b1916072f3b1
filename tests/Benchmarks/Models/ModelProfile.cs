using Microsoft.ML.OnnxRuntime;
using Pipeline.Benchmarks.Load;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Benchmarks.Models;

/// <summary>What exported models are made of and where their time goes, side by side, as Markdown.</summary>
/// <param name="folders">Versions of models, each with its manifest.</param>
/// <param name="image">What they are given.</param>
/// <param name="threads">Of one execution.</param>
internal sealed class ModelProfile(IReadOnlyList<string> folders, LoadImage image, int threads)
{
    /// <summary>Operators that take less than this share of every model's time share a line.</summary>
    private const double LeastShare = 0.01;

    private readonly (string Title, string File)[] models = [.. folders.Select(folder =>
    {
        var manifest = ModelDirectory.ReadManifest(folder);
        var kind = manifest.Winograd == true ? $"{manifest.Precision}, Winograd" : manifest.Precision;
        return ($"{manifest.Name}/{manifest.Version} ({kind})", Path.Combine(folder, ModelDirectory.ModelFileName));
    })];

    /// <summary>Counts by operator, parameters and floating-point operations.</summary>
    public void PrintStructure()
    {
        GraphContents[] contents = [.. models.Select(model => GraphContents.Read(model.File))];
        var flops = InProfiles(isOptimized: false, runs: 1, profiles => profiles.Select(profile => profile.Nodes.Sum(node => node.Flops)));
        PrintHead("");
        PrintRow("file, MB", contents.Select(content => $"{content.Bytes / 1e6:F1}"));
        PrintRow("parameters, millions", contents.Select(content => $"{content.Parameters / 1e6:F2}"));
        PrintRow($"GFLOP at {image.WidthPixels} × {image.HeightPixels}", flops.Select(count => $"{count / 1e9:F1}"));
        PrintRow("nodes", contents.Select(content => $"{content.Operators.Values.Sum()}"));
        string[] names = [.. contents.SelectMany(content => content.Operators.Keys).Distinct().Order(StringComparer.Ordinal)];
        int[] Counts(string name) => [.. contents.Select(content => content.Operators.GetValueOrDefault(name))];
        bool Differs(string name) => models.Length == 1 || Counts(name).Distinct().Count() > 1;
        foreach (var name in names.Where(Differs))
        {
            PrintRow($"`{name}`", Counts(name).Select(count => $"{count}"));
        }

        string[] same = [.. names.Where(name => !Differs(name)).Select(name => $"{Counts(name)[0]} `{name}`")];
        if (same.Length > 0)
        {
            Console.WriteLine($"\nThe same in all: {string.Join(", ", same)}.");
        }
    }

    /// <summary>Time by operator of the optimized graphs.</summary>
    /// <param name="runs">Interleaved; the medians are printed. One more warms up.</param>
    public void PrintTimes(int runs)
    {
        var profiles = InProfiles(isOptimized: true, runs + 1, all => all.Select(profile => (
            Operators: profile.Nodes.GroupBy(node => node.Operator).ToDictionary(
                group => group.Key,
                group => Median(
                    Enumerable.Range(1, runs).Select(run => group.Where(node => node.Run == run).Sum(node => node.Milliseconds)))),
            Whole: Median(profile.Runs.Skip(1)))));
        Console.WriteLine();
        Console.WriteLine(
            $"{ProcessorName()}; ONNX Runtime {OrtEnv.Instance().GetVersionString()}, {threads} threads; "
            + $"{image.WidthPixels} × {image.HeightPixels}, N = 1; median of {runs} runs, in turn; milliseconds.");
        Console.WriteLine();
        PrintHead("operator, as optimized");
        double[] Of(string name) => [.. profiles.Select(profile => profile.Operators.GetValueOrDefault(name))];
        bool IsLarge(string name) => profiles.Any(profile => profile.Operators.GetValueOrDefault(name) >= LeastShare * profile.Whole);
        string[] names = [.. profiles.SelectMany(profile => profile.Operators.Keys).Distinct().OrderByDescending(name => Of(name).Max())];
        foreach (var name in names.Where(IsLarge))
        {
            PrintRow($"`{name}`", Of(name).Select(Milliseconds));
        }

        string[] small = [.. names.Where(name => !IsLarge(name))];
        PrintRow($"{small.Length} others", profiles.Select(profile => Milliseconds(small.Sum(profile.Operators.GetValueOrDefault))));
        PrintRow("whole", profiles.Select(profile => Milliseconds(profile.Whole)));
    }

    private static string Milliseconds(double value) => value == 0 ? "–" : value < 10 ? $"{value:F1}" : $"{value:F0}";

    private static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered[ordered.Length / 2];
    }

    private static string ProcessorName()
    {
        const string Field = "model name";
        var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is null ? "unknown processor" : line[(line.IndexOf(':') + 1)..].Trim();
    }

    private static void PrintRow(string name, IEnumerable<string> cells) => Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");

    private void PrintHead(string corner)
    {
        PrintRow(corner, models.Select(model => model.Title));
        PrintRow("---", models.Select(_ => "---"));
    }

    /// <summary>Runs all models in turn and reads their profiles.</summary>
    private T[] InProfiles<T>(
        bool isOptimized, int runs, Func<IEnumerable<(IReadOnlyList<ProfiledNode> Nodes, IReadOnlyList<double> Runs)>, IEnumerable<T>> read)
    {
        var folder = Directory.CreateTempSubdirectory("profile").FullName;
        ProfiledSession[] sessions = [.. models.Select((model, index) =>
            new ProfiledSession(model.File, Path.Combine(folder, $"{index}"), threads, isOptimized))];
        try
        {
            for (var run = 0; run < runs; run++)
            {
                foreach (var session in sessions)
                {
                    session.Run(image);
                }
            }

            return [.. read(sessions.Select(session => session.Profile()))];
        }
        finally
        {
            foreach (var session in sessions)
            {
                session.Dispose();
            }

            Directory.Delete(folder, recursive: true);
        }
    }
}
