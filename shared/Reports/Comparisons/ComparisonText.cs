using System.Globalization;
using Pipeline.Shared.Evaluation.Analysis;

namespace Pipeline.Shared.Reports.Comparisons;

/// <summary>What a comparison says in words.</summary>
internal static class ComparisonText
{
    public const string Title = "Comparison of detectors";

    /// <summary>What is compared with what.</summary>
    public static string Lead(ComparisonReport report)
    {
        var others = report.Comparisons.Count == 1 ? report.Comparisons[0].Run.ToString() : $"{report.Comparisons.Count} other runs";
        return $"{others} compared with the baseline {report.Baseline}.";
    }

    /// <summary>Better, worse, or neither, with the interval.</summary>
    public static string Verdict(ComparisonWithBaseline comparison)
    {
        if (comparison.Result.Map is not { } map)
        {
            return "The labels have no object of the measured classes: nothing can be compared.";
        }

        var outcome = map.IsClear ? Outcome(map) : "No clear difference";
        return $"{outcome}: mAP {NumberText.Fraction(map.Second)} against {NumberText.Fraction(map.First)}, a difference of "
            + $"{NumberText.Difference(map.Difference)} ({Interval(map)}).";
    }

    /// <summary>What the interval says.</summary>
    public static string Outcome(ApDifference difference)
    {
        if (!difference.IsClear)
        {
            return "Not clear";
        }

        return difference.Difference > 0 ? "Better" : "Worse";
    }

    /// <summary>How it was resampled.</summary>
    public static string Method(BootstrapOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"The interval holds {options.Confidence:P0} of {options.Resamples:#,0} differences, each over as many images as there are, drawn "
        + $"with replacement, the same for both detectors (paired bootstrap, seed {options.Seed}). A difference is clear where the "
        + $"interval leaves out 0; of many classes, some are clear by chance.").Replace(" %", "\u00A0%", StringComparison.Ordinal);

    /// <summary>"+0.012 to +0.055".</summary>
    public static string Interval(ApDifference difference) =>
        $"{NumberText.Difference(difference.Low)} to {NumberText.Difference(difference.High)}";

    /// <summary>"3 missed, 1 wrong → 0 missed, 1 wrong".</summary>
    public static string Change(ImageChange change) =>
        $"{change.First.Missed} missed, {change.First.Wrong} wrong → {change.Second.Missed} missed, {change.Second.Wrong} wrong";
}
