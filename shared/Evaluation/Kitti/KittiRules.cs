using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Kitti;

/// <summary>The options of <see cref="KittiMetric"/>.</summary>
internal static class KittiRules
{
    /// <summary>IoU that a detection of a class must exceed which the devkit does not know.</summary>
    private const double OtherOverlap = 0.5;

    private static readonly KittiMetric Official = new();

    /// <summary>All of them.</summary>
    public static MetricRules<KittiMetric> All { get; } = new(
        Official.Name,
        Official,
        [
            new MetricRule<KittiMetric>(
                "classes",
                "NAME,NAME,…",
                WithClasses,
                metric => string.Join(',', metric.Classes.Select(entry => entry.Name)),
                _ => "the classes that are measured, those among them that the detector knows"),
            new MetricRule<KittiMetric>(
                "overlap",
                "NAME:IOU,… with IOU from 0 to below 1",
                WithOverlaps,
                metric => string.Join(',', metric.Classes.Select(entry => $"{entry.Name}:{RuleNumbers.Text(entry.Overlap)}")),
                _ => "IoU that a detection must exceed to find an object"),
            MetricRule<KittiMetric>.Choice(
                "neighbors",
                [
                    (KittiObjects.Ignore, "a detection that matches a Van (Car) or a Person_sitting (Pedestrian) does not count"),
                    (KittiObjects.Count, "a detection that matches an object of a class that resembles its own is false"),
                ],
                metric => metric.Neighbors,
                (metric, value) => metric with { Neighbors = value }),
            MetricRule<KittiMetric>.Choice(
                "dontCare",
                [
                    (KittiObjects.Ignore, "unmatched detections of which more than the class's overlap is in DontCare do not count"),
                    (KittiObjects.Count, "unmatched detections in DontCare are false"),
                ],
                metric => metric.DontCare,
                (metric, value) => metric with { DontCare = value }),
            RoleRule.Of<KittiMetric>(
                "crowd",
                [TruthRole.Crowd, TruthRole.Count, TruthRole.Ignore, TruthRole.Drop],
                metric => metric.Crowd,
                (metric, role) => metric with { Crowd = role }),
            RoleRule.Of<KittiMetric>(
                "difficult",
                [TruthRole.Ignore, TruthRole.Count, TruthRole.Crowd, TruthRole.Drop],
                metric => metric.Difficult,
                (metric, role) => metric with { Difficult = role }),
            MetricRule<KittiMetric>.Choice(
                "merged",
                [
                    (MergedClasses.Off, "the label map's merges are not applied; the labels' own names decide"),
                    (MergedClasses.Map, "objects of a class that the label map merges are objects of the class they are merged into"),
                ],
                metric => metric.Merged,
                (metric, value) => metric with { Merged = value }),
            MetricRule<KittiMetric>.Choice(
                "height",
                [
                    (KittiHeight.Above, "objects must be higher than the level's height, as in the current devkit"),
                    (KittiHeight.AtLeast, "objects of exactly the level's height count, as in older copies of the devkit"),
                ],
                metric => metric.Height,
                (metric, value) => metric with { Height = value }),
        ]);

    private static KittiMetric? WithClasses(KittiMetric metric, string text)
    {
        var names = text.Split(',');
        var areNames = names.All(name => name.Length > 0) && names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == names.Length;
        return areNames ? metric with { Classes = [.. names.Select(name => new KittiClass(name, OverlapOf(name, metric)))] } : null;
    }

    private static double OverlapOf(string name, KittiMetric metric) =>
        metric.Classes.Concat(Official.Classes).FirstOrDefault(entry => KittiNames.Same(entry.Name, name))?.Overlap ?? OtherOverlap;

    private static KittiMetric? WithOverlaps(KittiMetric metric, string text)
    {
        var classes = metric.Classes.ToList();
        foreach (var part in text.Split(','))
        {
            var colon = part.LastIndexOf(':');
            if (colon <= 0 || !RuleNumbers.TryParse(part[(colon + 1)..], out var overlap) || overlap < 0 || overlap >= 1)
            {
                return null;
            }

            var name = part[..colon];
            var at = classes.FindIndex(entry => KittiNames.Same(entry.Name, name));
            if (at < 0)
            {
                classes.Add(new KittiClass(name, overlap));
            }
            else
            {
                classes[at] = new KittiClass(name, overlap);
            }
        }

        return metric with { Classes = classes };
    }
}
