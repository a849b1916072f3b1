namespace Pipeline.Shared.Evaluation.Coco;

/// <summary>COCO's summary numbers: means over everything that was measured.</summary>
internal sealed class CocoSummary
{
    private const int AllAreas = 0;

    /// <summary>pycocotools asks for this limit literally for AP over all thresholds and areas.</summary>
    private const int OfficialLimit = 100;

    private readonly IReadOnlyList<CocoClassCurves> curves;
    private readonly CocoMetric metric;
    private readonly int[] all;

    private CocoSummary(IReadOnlyList<CocoClassCurves> curves, CocoMetric metric)
    {
        this.curves = curves;
        this.metric = metric;
        all = [.. Enumerable.Range(0, metric.IouThresholds.Count)];
    }

    private int LastLimit => metric.MaxDetections.Count - 1;

    /// <summary>The report of all classes.</summary>
    public static MetricReport Of(IReadOnlyList<CocoClassCurves> curves, CocoMetric metric, IReadOnlyList<string> classes)
    {
        var measured = new CocoSummary(curves, metric);
        var isMeasured = curves.Any(curve => curve.Objects(AllAreas) > 0);
        return new MetricReport(
            Metric: metric.Name,
            Title: "COCO detection",
            Unit: MetricUnit.Fraction,
            Numbers: measured.Numbers(metric.MaxDetections.ToList().IndexOf(OfficialLimit)),
            Classes: [.. classes.Select((name, label) => measured.OfClass(name, label))],
            Rules: CocoRules.All.Texts(metric))
        {
            Curves = isMeasured ? [.. measured.Charts(classes)] : [],
            NotMeasured = isMeasured ? null : "the labels have no object of a measured class",
        };
    }

    private ClassNumbers OfClass(string name, int label) =>
        new(name, curves[label].Objects(AllAreas), new CocoSummary([curves[label]], metric).Numbers(LastLimit));

    /// <param name="apLimit">Index of the limit that AP is of; −1: there is none, and so no AP.</param>
    private Dictionary<string, double?> Numbers(int apLimit)
    {
        var limits = metric.MaxDetections;
        var numbers = new Dictionary<string, double?>
        {
            ["AP"] = apLimit < 0 ? null : MeanPrecision(all, AllAreas, apLimit),
            ["AP50"] = MeanPrecision(At(0.5), AllAreas, LastLimit),
            ["AP75"] = MeanPrecision(At(0.75), AllAreas, LastLimit),
        };
        for (var area = 0; area < metric.AreaRanges.Count; area++)
        {
            numbers["AP" + metric.AreaRanges[area].Name] = MeanPrecision(all, area + 1, LastLimit);
        }

        for (var limit = 0; limit < limits.Count; limit++)
        {
            numbers[FormattableString.Invariant($"AR{limits[limit]}")] = MeanRecall(AllAreas, limit);
        }

        for (var area = 0; area < metric.AreaRanges.Count; area++)
        {
            numbers["AR" + metric.AreaRanges[area].Name] = MeanRecall(area + 1, LastLimit);
        }

        return numbers;
    }

    private int[] At(double threshold) => [.. all.Where(t => metric.IouThresholds[t] == threshold)];

    private double? MeanPrecision(int[] thresholds, int area, int limit)
    {
        var mean = new MeanOfMeasured();
        foreach (var threshold in thresholds)
        {
            foreach (var curve in curves)
            {
                mean.Add(curve.Precision(area, limit, threshold));
            }
        }

        return mean.Value;
    }

    private double? MeanRecall(int area, int limit)
    {
        var mean = new MeanOfMeasured();
        foreach (var threshold in all)
        {
            foreach (var curve in curves)
            {
                mean.Add([curve.Recall(area, limit, threshold)]);
            }
        }

        return mean.Value;
    }

    private IEnumerable<PrecisionRecallCurve> Charts(IReadOnlyList<string> classes)
    {
        var measured = curves.Where(curve => curve.Objects(AllAreas) > 0).ToArray();
        foreach (var (name, thresholds) in ChartThresholds())
        {
            yield return Chart(null, name, measured, thresholds);
            for (var label = 0; label < curves.Count; label++)
            {
                if (curves[label].Objects(AllAreas) > 0)
                {
                    yield return Chart(classes[label], name, [curves[label]], thresholds);
                }
            }
        }
    }

    private IEnumerable<(string Name, int[] Thresholds)> ChartThresholds()
    {
        (string Name, int[] Thresholds)[] single = [("IoU 0.50", At(0.5)), ("IoU 0.75", At(0.75))];
        var first = metric.IouThresholds[0];
        var last = metric.IouThresholds[^1];
        var mean = (FormattableString.Invariant($"IoU {first:0.00##}:{last:0.00##}"), all);
        return all.Length > 1 ? single.Where(chart => chart.Thresholds.Length > 0).Append(mean) : [mean];
    }

    private PrecisionRecallCurve Chart(string? name, string at, IReadOnlyList<CocoClassCurves> ofClasses, int[] thresholds)
    {
        var precision = new double[CocoClassCurves.RecallPoints.Length];
        for (var point = 0; point < precision.Length; point++)
        {
            var mean = new MeanOfMeasured();
            foreach (var curve in ofClasses)
            {
                foreach (var threshold in thresholds)
                {
                    mean.Add(curve.Precision(AllAreas, LastLimit, threshold).Slice(point, 1));
                }
            }

            precision[point] = mean.Value ?? 0;
        }

        return new PrecisionRecallCurve(name, at, CocoClassCurves.RecallPoints, precision);
    }

    /// <summary>A mean that leaves out −1, which means "no object".</summary>
    private sealed class MeanOfMeasured
    {
        private double sum;
        private int count;

        /// <summary>Null: nothing was measured.</summary>
        public double? Value => count == 0 ? null : sum / count;

        public void Add(ReadOnlySpan<double> values)
        {
            foreach (var value in values)
            {
                if (value > -1)
                {
                    sum += value;
                    count++;
                }
            }
        }
    }
}
