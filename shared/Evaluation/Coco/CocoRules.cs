using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Coco;

/// <summary>The options of <see cref="CocoMetric"/>.</summary>
internal static class CocoRules
{
    private static readonly TruthRole[] Roles = [TruthRole.Crowd, TruthRole.Count, TruthRole.Ignore, TruthRole.Drop];

    /// <summary>All of them.</summary>
    public static MetricRules<CocoMetric> All { get; } = new(
        "coco",
        new CocoMetric(),
        [
            RoleRule.Of<CocoMetric>("crowd", Roles, metric => metric.Crowd, (metric, role) => metric with { Crowd = role }),
            RoleRule.Of<CocoMetric>("difficult", Roles, metric => metric.Difficult, (metric, role) => metric with { Difficult = role }),
            RoleRule.Of<CocoMetric>(
                "dontCare",
                [TruthRole.Crowd, TruthRole.Drop],
                metric => metric.DontCare,
                (metric, role) => metric with { DontCare = role }),
            MergedRule.Of<CocoMetric>(metric => metric.Merged, (metric, merged) => metric with { Merged = merged }),
            MetricRule<CocoMetric>.Numbers(
                "maxDets",
                "N,N,… ascending, at most 1000000",
                "detections of an image and class that take part; AP over all classes is of 100, as in pycocotools, "
                    + "all others are of the last",
                metric => [.. metric.MaxDetections.Select(limit => (double)limit)],
                WithLimits),
            ThresholdRule.Of<CocoMetric>(
                "IoU from which on a detection finds an object; AP and AR are means over them",
                metric => metric.IouThresholds,
                (metric, thresholds) => metric with { IouThresholds = thresholds }),
            new MetricRule<CocoMetric>(
                "areaRng",
                "NAME:LEAST:MOST,…",
                WithAreas,
                metric => string.Join(',', metric.AreaRanges.Select(TextOf)),
                _ => "areas in square pixels that are measured by themselves, both ends included"),
        ]);

    private static CocoMetric? WithLimits(CocoMetric metric, IReadOnlyList<double> numbers)
    {
        var areLimits = numbers.All(double.IsInteger) && RuleNumbers.AreAscending(numbers, 1, 1_000_000);
        return areLimits ? metric with { MaxDetections = [.. numbers.Select(number => (int)number)] } : null;
    }

    private static CocoMetric? WithAreas(CocoMetric metric, string text)
    {
        var areas = new List<CocoAreaRange>();
        foreach (var part in text.Split(',').Take(RuleNumbers.Most + 1))
        {
            var fields = part.Split(':');
            if (fields.Length != 3
                || !RuleNumbers.TryParse(fields[1], out var least)
                || !RuleNumbers.TryParse(fields[2], out var most)
                || !(least <= most)
                || !IsNew(fields[0], areas))
            {
                return null;
            }

            areas.Add(new CocoAreaRange(fields[0], least, most));
        }

        return areas.Count <= RuleNumbers.Most ? metric with { AreaRanges = areas } : null;
    }

    private static bool IsNew(string name, List<CocoAreaRange> areas)
    {
        var isName = name.Length > 0 && name.All(char.IsAsciiLetter) && name != CocoAreaRange.All.Name;
        return isName && areas.TrueForAll(area => area.Name != name);
    }

    private static string TextOf(CocoAreaRange area) =>
        $"{area.Name}:{RuleNumbers.Text(area.Least)}:{RuleNumbers.Text(area.Most)}";
}
