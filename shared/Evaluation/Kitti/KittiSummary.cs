namespace Pipeline.Shared.Evaluation.Kitti;

/// <summary>The report of KITTI's metric.</summary>
internal static class KittiSummary
{
    private static readonly double[] Recalls = [.. Enumerable.Range(0, KittiCurve.Points).Select(point => point / 40.0)];

    /// <param name="problem">Its rows are by image.</param>
    /// <param name="metric">The rules.</param>
    public static MetricReport Of(EvaluationProblem problem, KittiMetric metric)
    {
        KittiClass[] known = [.. metric.Classes.Where(IsKnown)];
        var curves = new KittiCurve[known.Length][];
        Parallel.For(0, known.Length, index => curves[index] = Measure(problem, known[index], metric));
        ClassNumbers[] classes = [.. known.Select((entry, index) => NumbersOf(entry, curves[index]))];
        return new MetricReport(
            Metric: metric.Name,
            Title: "KITTI 2D object detection",
            Unit: MetricUnit.Percent,
            Numbers: Mean(classes),
            Classes: classes,
            Rules: RulesOf(problem, metric))
        {
            Curves = [.. known.SelectMany((entry, index) => ChartsOf(entry, curves[index]))],
            NotMeasured = WhyNot(known, curves, metric),
        };

        bool IsKnown(KittiClass entry) => problem.Labels.Classes.Any(name => KittiNames.Same(name, entry.Name));
    }

    /// <summary>The levels of a class, the easiest first; none if it has no detection that makes the devkit measure it.</summary>
    internal static KittiCurve[] Measure(EvaluationProblem problem, KittiClass measured, KittiMetric metric)
    {
        var candidates = KittiCandidates.Of(problem, measured, metric);
        return candidates.HasDetections
            ? [.. KittiDifficulty.All.Select(difficulty => KittiLevel.Measure(candidates, difficulty, metric.Height))]
            : [];
    }

    private static ClassNumbers NumbersOf(KittiClass measured, KittiCurve[] levels)
    {
        var numbers = new Dictionary<string, double?>();
        foreach (var (level, difficulty) in KittiDifficulty.All.Index())
        {
            numbers["R40" + difficulty.Name] = levels.Length == 0 ? null : levels[level].R40;
        }

        foreach (var (level, difficulty) in KittiDifficulty.All.Index())
        {
            numbers["R11" + difficulty.Name] = levels.Length == 0 ? null : levels[level].R11;
        }

        return new ClassNumbers(measured.Name, levels.Length == 0 ? 0 : levels[^1].Objects, numbers);
    }

    private static Dictionary<string, double?> Mean(ClassNumbers[] classes)
    {
        var levels = KittiDifficulty.All;
        string[] names = [.. levels.Select(level => "R40" + level.Name), .. levels.Select(level => "R11" + level.Name)];
        return names.ToDictionary(name => name, name => classes.Select(entry => entry.Numbers[name]).Average());
    }

    private static IEnumerable<PrecisionRecallCurve> ChartsOf(KittiClass measured, KittiCurve[] levels) =>
        levels.Select((curve, level) =>
            new PrecisionRecallCurve(measured.Name, KittiDifficulty.All[level].Name, Recalls, curve.Precision));

    private static Dictionary<string, string> RulesOf(EvaluationProblem problem, KittiMetric metric)
    {
        var rules = KittiRules.All.Texts(metric);
        rules["levels"] = string.Join("; ", KittiDifficulty.All.Select(TextOf));
        rules["precision"] = "means over 40 recall positions (R40) or 11 (R11); a class is measured if one of its detections has "
            + "its left edge at 0 or right of it; the numbers over all are means of the classes, which the devkit does not print";
        if (problem.Objects.All(entry => entry.Truncation == 0 && entry.Occlusion == 0))
        {
            rules["visibility"] = "the labels have no truncation and no occlusion, so all objects are treated as fully visible";
        }

        return rules;
    }

    private static string TextOf(KittiDifficulty level) => FormattableString.Invariant(
        $"{level.Name}: height {level.MinHeight} pixels, occlusion up to {level.MaxOcclusion}, truncation up to {level.MaxTruncation}");

    private static string? WhyNot(KittiClass[] known, KittiCurve[][] curves, KittiMetric metric)
    {
        if (known.Length == 0)
        {
            return $"no class of the detector is one of {string.Join(", ", metric.Classes.Select(entry => entry.Name))}";
        }

        return curves.All(levels => levels.Length == 0)
            ? $"nothing was detected of {string.Join(", ", known.Select(entry => entry.Name))}"
            : null;
    }
}
