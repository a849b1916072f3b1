using System.CommandLine;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Files;
using Pipeline.Shared.Numbers;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Commands;

/// <summary><c>evaluate compare</c>: what a model is better and worse at than another.</summary>
/// <param name="log">The console's log.</param>
internal sealed class CompareCommand(ILogger log) : IProgramCommand
{
    private const string Description = """
        Compares evaluations of the same images: the difference in mAP with its interval (paired bootstrap), by class, and images.

        The first folder is the baseline; every other is compared with it.

        Example:
          pipeline-serve evaluate compare report-a report-b --output comparison
        """;

    private static readonly NumberRange<int> Resamples = new(1, 100_000);
    private static readonly NumberRange<long> Seeds = new(0, long.MaxValue);

    /// <inheritdoc />
    public Command Create()
    {
        var usual = new BootstrapOptions();
        var folders = new Argument<string[]>("folder")
        {
            Arity = new ArgumentArity(2, 100),
            Description = "Folders that `evaluate --output` or `evaluate merge` wrote, the baseline first.",
        };
        var output = new Option<string?>("--output") { Description = $"Folder for {string.Join(", ", ComparisonReportWriter.Files)}." };
        var seed = NumberOption.Create("--seed", Seeds, (long)usual.Seed, "Determines which images are drawn.");
        var resamples = NumberOption.Create("--resamples", Resamples, usual.Resamples, "How often images are drawn.");
        var force = ForceOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the comparison as JSON, and nothing else." };
        var command = new Command("compare", Description) { folders, output, seed, resamples, force, json };
        command.SetAction((parsed, cancellation) =>
        {
            var options = new BootstrapOptions { Seed = (ulong)parsed.GetValue(seed), Resamples = parsed.GetValue(resamples) };
            var target = parsed.GetValue(output);
            RequireFree(target, parsed.GetValue(force));
            var progress = new ResampleLines(log, TimeProvider.System, options.Resamples);
            var comparison = RunComparison.Of(parsed.GetValue(folders)!, options, progress, cancellation);
            Write(comparison, target, cancellation);
            Print(comparison.Report, parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }

    private static void RequireFree(string? folder, bool replace)
    {
        if (folder is not null)
        {
            OutputFiles.Require(ComparisonReportWriter.Files.Select(file => Path.Combine(folder, file)), [], replace);
        }
    }

    private void Write(RunComparison comparison, string? folder, CancellationToken cancellation)
    {
        if (folder is not null)
        {
            ComparisonReportWriter.Write(folder, comparison.Report, comparison.Detections, cancellation);
            log.Detail($"{folder}: {string.Join(", ", ComparisonReportWriter.Files)} written");
        }
    }

    private static void Print(ComparisonReport report, bool asJson)
    {
        if (asJson)
        {
            Console.Out.Write(ComparisonReportWriter.Json(report));
        }
        else
        {
            ComparisonTable.Print(report);
        }
    }
}

/// <summary>A line now and then; the first after a while, so that short work says nothing. Threads may report in any order.</summary>
/// <param name="log">Receives the lines.</param>
/// <param name="time">The clock.</param>
/// <param name="resamples">How many there are.</param>
internal sealed class ResampleLines(ILogger log, TimeProvider time, int resamples) : IProgress<int>
{
    private readonly Lock gate = new();
    private readonly NowAndThen lines = new(time, TimeSpan.FromSeconds(10));

    /// <inheritdoc />
    public void Report(int value)
    {
        lock (gate)
        {
            if (value < resamples && lines.IsDue())
            {
                log.Info($"{value} of {resamples} resamples");
            }
        }
    }
}
