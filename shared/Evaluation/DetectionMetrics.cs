using Pipeline.Shared.Evaluation.Coco;
using Pipeline.Shared.Evaluation.Kitti;
using Pipeline.Shared.Evaluation.Paper;
using Pipeline.Shared.Evaluation.Rules;
using Pipeline.Shared.Evaluation.Voc;

namespace Pipeline.Shared.Evaluation;

/// <summary>The metrics by their names: one is a folder beside this file and a line here.</summary>
public static class DetectionMetrics
{
    /// <summary>The name that means all of them.</summary>
    public const string All = "all";

    private static readonly IMetricKind[] Kinds = [CocoRules.All, KittiRules.All, VocRules.All, PaperRules.All];

    /// <summary>The names of the metrics.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Kinds.Select(kind => kind.Name)];

    /// <summary>A line for each option of each metric: what it may be, and its default.</summary>
    public static IReadOnlyList<string> RuleHelp { get; } = [.. Kinds.SelectMany(kind => kind.Help)];

    /// <summary>The metrics that a user names, each once, in the order of <see cref="Names"/>.</summary>
    /// <param name="names">Names of metrics, or <see cref="All"/>; one text may hold several, separated by commas.</param>
    /// <param name="rules">Options: <c>METRIC.OPTION=VALUE</c>.</param>
    /// <exception cref="UserErrorException">A metric, an option or a value is unknown, or an option is set twice.</exception>
    public static IReadOnlyList<IDetectionMetric> Of(IEnumerable<string> names, IEnumerable<string> rules)
    {
        var named = Named(names);
        var metrics = Kinds.Where(kind => named.Contains(kind.Name)).ToDictionary(kind => kind.Name, kind => kind.Default);
        var set = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in rules)
        {
            var (metric, option, value) = Parts(text);
            var kind = Kinds.FirstOrDefault(kind => kind.Name == metric) ?? throw Unknown("--rule", metric, Names);
            if (!metrics.TryGetValue(metric, out var before))
            {
                throw new UserErrorException($"--rule: '{text}', but {metric} is not measured; add it to --metrics.");
            }

            if (!set.Add($"{metric}.{option}"))
            {
                throw new UserErrorException($"--rule: {metric}.{option} is set twice; name it once.");
            }

            metrics[metric] = kind.With(before, option, value);
        }

        return [.. Names.Where(metrics.ContainsKey).Select(name => metrics[name])];
    }

    private static HashSet<string> Named(IEnumerable<string> names)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names.SelectMany(text => text.Split(',')))
        {
            if (name == All)
            {
                named.UnionWith(Names);
            }
            else
            {
                named.Add(Names.Contains(name) ? name : throw Unknown("--metrics", name, [.. Names, All]));
            }
        }

        return named;
    }

    private static UserErrorException Unknown(string option, string name, IReadOnlyList<string> known) =>
        new($"{option}: '{name}' is no metric; there are {string.Join(", ", known)}.");

    private static (string Metric, string Option, string Value) Parts(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || equals <= dot + 1)
        {
            throw new UserErrorException($"--rule: '{text}' is not METRIC.OPTION=VALUE, such as coco.dontCare=drop.");
        }

        return (text[..dot], text[(dot + 1)..equals], text[(equals + 1)..]);
    }
}
