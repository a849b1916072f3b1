using System.CommandLine;
using Pipeline.Shared.Evaluation;

namespace Pipeline.Serving.Commands;

/// <summary><c>--metrics</c> and <c>--rule</c> of the commands that measure detections.</summary>
/// <param name="usual">What is measured when the user names nothing; null: the first metric.</param>
internal sealed class MetricOption(string? usual = null)
{
    private readonly Option<string[]> metrics = new("--metrics", "--metric")
    {
        HelpName = "METRIC",
        Description = $"What is measured: {string.Join(", ", DetectionMetrics.Names)} or {DetectionMetrics.All}.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [usual ?? DetectionMetrics.Names[0]],
    };

    private readonly Option<string[]> rules = new("--rule")
    {
        HelpName = "METRIC.OPTION=VALUE",
        Description = "Departs from a metric's official rules; may be repeated. Each with its official value:\n"
            + string.Join('\n', DetectionMetrics.RuleHelp),
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Adds both options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(metrics);
        command.Options.Add(rules);
    }

    /// <summary>The metrics that the user named.</summary>
    /// <exception cref="Shared.UserErrorException">A metric, an option or a value is unknown.</exception>
    public IReadOnlyList<IDetectionMetric> Read(ParseResult parsed) =>
        DetectionMetrics.Of(parsed.GetValue(metrics) ?? [], parsed.GetValue(rules) ?? []);
}
