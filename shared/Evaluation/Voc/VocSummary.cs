namespace Pipeline.Shared.Evaluation.Voc;

/// <summary>The report of VOC's metric.</summary>
internal static class VocSummary
{
    private static readonly double[] Recalls = [.. Enumerable.Range(0, 101).Select(point => point / 100.0)];

    /// <param name="curves">By class and threshold.</param>
    /// <param name="metric">The rules.</param>
    /// <param name="classes">Names of the classes.</param>
    public static MetricReport Of(VocCurve[][] curves, VocMetric metric, IReadOnlyList<string> classes)
    {
        ClassNumbers[] ofClasses = [.. classes.Select((name, label) => NumbersOf(name, curves[label], metric.IouThresholds))];
        var rules = VocRules.All.Texts(metric);
        rules["points"] = "APxx is the area under the whole curve (VOC 2010 and later), APxx_11point the mean at 11 recalls (VOC 2007)";
        return new MetricReport(
            Metric: metric.Name,
            Title: "PASCAL VOC detection",
            Unit: MetricUnit.Fraction,
            Numbers: MeanOf(ofClasses),
            Classes: ofClasses,
            Rules: rules)
        {
            Curves = [.. Charts(curves, metric.IouThresholds, classes)],
            NotMeasured = ofClasses.Any(entry => entry.Objects > 0) ? null : "the labels have no object of a measured class",
        };
    }

    /// <summary>Means over the classes that have objects.</summary>
    internal static Dictionary<string, double?> MeanOf(IReadOnlyList<ClassNumbers> classes) =>
        classes[0].Numbers.Keys.ToDictionary(name => name, name => classes.Select(entry => entry.Numbers[name]).Average());

    /// <summary>The curves of the classes that have objects, as 101 points, and their mean.</summary>
    internal static IEnumerable<PrecisionRecallCurve> Charts(
        VocCurve[][] curves, IReadOnlyList<double> thresholds, IReadOnlyList<string> classes)
    {
        var measured = curves.Where(ofClass => ofClass[0].Objects > 0).ToArray();
        for (var t = 0; t < thresholds.Count && measured.Length > 0; t++)
        {
            var index = t;
            var at = FormattableString.Invariant($"IoU {thresholds[t]:0.00##}");
            double[] mean = [.. Recalls.Select(recall => measured.Average(ofClass => ofClass[index].PrecisionFrom(recall)))];
            yield return new PrecisionRecallCurve(null, at, Recalls, mean);
            for (var label = 0; label < curves.Length; label++)
            {
                if (curves[label][t].Objects > 0)
                {
                    double[] precision = [.. Recalls.Select(curves[label][t].PrecisionFrom)];
                    yield return new PrecisionRecallCurve(classes[label], at, Recalls, precision);
                }
            }
        }
    }

    private static ClassNumbers NumbersOf(string name, VocCurve[] curves, IReadOnlyList<double> thresholds)
    {
        var numbers = new Dictionary<string, double?>();
        for (var t = 0; t < thresholds.Count; t++)
        {
            var at = FormattableString.Invariant($"AP{100 * thresholds[t]:0.###}");
            var isMeasured = curves[t].Objects > 0;
            numbers[at] = isMeasured ? curves[t].AllPoints : null;
            numbers[at + "_11point"] = isMeasured ? curves[t].ElevenPointMean : null;
        }

        return new ClassNumbers(name, curves[0].Objects, numbers);
    }
}
