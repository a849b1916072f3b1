using System.CommandLine;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Files;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Commands;

/// <summary><c>evaluate merge</c>: puts the shards of an evaluation together.</summary>
/// <param name="output">Shows the result.</param>
/// <param name="log">The console's log.</param>
internal sealed class MergeCommand(EvaluationOutput output, ILogger log) : IProgramCommand
{
    private const string Description = """
        Puts the parts of an evaluation together: the numbers are those of one process, to the last bit.

        Example:
          pipeline-serve evaluate merge parts --output report
        """;

    /// <inheritdoc />
    public Command Create()
    {
        var shards = new Argument<string[]>("folder")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "The --output of `evaluate --shard`, or folders of single parts.",
        };
        var folder = new Option<string>("--output") { Required = true, Description = "A new folder for the whole run and its report." };
        var metrics = new MetricOption(usual: DetectionMetrics.All);
        var json = new Option<bool>("--json") { Description = "Print the report as JSON, and nothing else." };
        var command = new Command("merge", Description) { shards, folder };
        metrics.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, cancellation) =>
        {
            var target = parsed.GetValue(folder)!;
            var chosen = metrics.Read(parsed);
            StagedFolder.RequireNew(target);
            var run = ShardMerge.Read(parsed.GetValue(shards)!, log.Warn);
            EvaluationReport? report = null;
            StagedFolder.Write(target, staged =>
            {
                ShardMerge.Write(run, staged);
                report = output.Write(run, chosen, staged, cancellation);
            });
            EvaluationOutput.Print(report!, parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }
}
