using Pipeline.Shared.Evaluation.Voc;

namespace Pipeline.Shared.Evaluation.Paper;

/// <summary>The report of the paper's metric.</summary>
internal static class PaperSummary
{
    /// <param name="curves">By class and threshold.</param>
    /// <param name="metric">The rules.</param>
    /// <param name="classes">Names of the classes.</param>
    public static MetricReport Of(VocCurve[][] curves, PaperMetric metric, IReadOnlyList<string> classes)
    {
        ClassNumbers[] ofClasses = [.. classes.Select((name, label) => NumbersOf(name, curves[label], metric.IouThresholds))];
        var rules = PaperRules.All.Texts(metric);
        rules["classes"] = "all classes of the detector that have an object, each with the same weight; a class without a detection has 0";
        return new MetricReport(
            Metric: metric.Name,
            Title: "The paper's mAP",
            Unit: MetricUnit.Percent,
            Numbers: VocSummary.MeanOf(ofClasses),
            Classes: ofClasses,
            Rules: rules)
        {
            Curves = [.. VocSummary.Charts(curves, metric.IouThresholds, classes).Where(curve => curve.At is "IoU 0.50" or "IoU 0.75")],
            NotMeasured = ofClasses.Any(entry => entry.Objects > 0) ? null : "the labels have no object of a measured class",
        };
    }

    private static ClassNumbers NumbersOf(string name, VocCurve[] curves, IReadOnlyList<double> thresholds)
    {
        double? At(double threshold)
        {
            var index = thresholds.ToList().IndexOf(threshold);
            return index < 0 ? null : 100 * curves[index].AllPoints;
        }

        var isMeasured = curves[0].Objects > 0;
        return new ClassNumbers(name, curves[0].Objects, new Dictionary<string, double?>
        {
            ["AP"] = isMeasured ? 100 * curves.Average(curve => curve.AllPoints) : null,
            ["AP50"] = isMeasured ? At(0.5) : null,
            ["AP75"] = isMeasured ? At(0.75) : null,
        });
    }
}
