using Pipeline.Shared.Reports;
using Pipeline.Training.Publishing;

namespace Pipeline.Training.Experiments;

/// <summary>What the serving program measured, and the pages that it wrote.</summary>
/// <param name="Results">Of each run.</param>
/// <param name="Comparison">Of the second with the first.</param>
/// <param name="Pages">Title and address of each page, relative to the demo's folder.</param>
internal sealed record DemoMeasurements(
    IReadOnlyList<DemoResult> Results, ComparisonReport Comparison, IReadOnlyList<KeyValuePair<string, string>> Pages)
{
    private const string Folder = "evaluated";

    /// <summary>Measures and compares.</summary>
    /// <param name="options">The demo's.</param>
    /// <param name="runs">Names of the runs, and their exported models.</param>
    /// <param name="measuring">Told before each run.</param>
    /// <param name="cancellation">Ends the serving program.</param>
    public static DemoMeasurements Of(
        DemoOptions options, IReadOnlyList<(string Name, string Model)> runs, Action<int> measuring, CancellationToken cancellation)
    {
        var data = Path.Combine(options.Output, "scenes");
        var split = Path.Combine(data, "test.txt");
        var results = new List<DemoResult>();
        foreach (var (index, (name, model)) in runs.Index())
        {
            measuring(index);
            var found = ServingProgram.Beside.Evaluate(model, data, split, InFolder(options, name), cancellation);
            var perClass = found.PerClass.ToDictionary(entry => entry.Key, entry => entry.Value?.Ap50);
            results.Add(new DemoResult(name, found.Map, found.Map50, perClass));
        }

        var comparison = ServingProgram.Beside.Compare(
            InFolder(options, runs[0].Name), InFolder(options, runs[1].Name), InFolder(options, "comparison"), cancellation);
        var pages = runs.Select(run => KeyValuePair.Create($"Evaluation of {run.Name}", $"{Folder}/{run.Name}/report.html"))
            .Append(KeyValuePair.Create($"{runs[1].Name} compared with {runs[0].Name}", $"{Folder}/comparison/comparison.html"));
        return new DemoMeasurements(results, comparison, [.. pages]);
    }

    private static string InFolder(DemoOptions options, string name) => Path.Combine(options.Output, Folder, name);
}
