using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation;

/// <summary>The authors' evaluation of one class, step by step: an oracle, which shares nothing with the product.</summary>
internal static class PaperOracle
{
    /// <returns>AP in percent at a threshold given in percent; NaN without objects.</returns>
    public static double Ap(EvaluationProblem problem, int label, int threshold)
    {
        var objects = problem.Objects
            .Where(entry => entry.Class >= 0 && problem.Labels.Label(problem.TruthClasses[entry.Class]) == label)
            .Where(entry => entry.Marks == Shared.Datasets.AnnotationMarks.None)
            .Select(entry => (entry.Image, Box: Corners(entry.Box, Math.Truncate)))
            .ToList();
        var lines = problem.Detections
            .Where(entry => entry.Class == label)
            .Select(entry => (
                entry.Image,
                Score: Written(entry.Score, 3),
                Box: Corners(entry.Box, side => Written(side, 1))))
            .OrderByDescending(line => line.Score)
            .ToList();
        var used = new bool[objects.Count];
        List<double> recall = [0];
        List<double> precision = [0];
        double hits = 0;
        double misses = 0;
        foreach (var line in lines)
        {
            var best = -1;
            var most = double.NegativeInfinity;
            for (var i = 0; i < objects.Count; i++)
            {
                var overlap = objects[i].Image == line.Image ? Iou(line.Box, objects[i].Box) : double.NegativeInfinity;
                if (overlap > most)
                {
                    most = overlap;
                    best = i;
                }
            }

            var isHit = most > threshold / 100.0 && !used[best];
            if (isHit)
            {
                used[best] = true;
            }

            hits += isHit ? 1 : 0;
            misses += isHit ? 0 : 1;
            recall.Add(hits / objects.Count);
            precision.Add(hits / Math.Max(hits + misses, double.Epsilon));
        }

        recall.Add(1);
        precision.Add(0);
        for (var i = precision.Count - 1; i > 0; i--)
        {
            precision[i - 1] = Math.Max(precision[i - 1], precision[i]);
        }

        return 100 * Enumerable.Range(0, recall.Count - 1).Sum(i => (recall[i + 1] - recall[i]) * precision[i + 1]);
    }

    private static double[] Corners(ExactBox box, Func<double, double> rule) => [rule(box.X1), rule(box.Y1), rule(box.X2), rule(box.Y2)];

    /// <summary>Python's rounding of a number that is a float: its digits are few enough for a decimal.</summary>
    private static double Written(double value, int digits) => (double)Math.Round((decimal)value, digits, MidpointRounding.ToEven);

    private static double Iou(double[] found, double[] truth)
    {
        var width = Math.Max(0, Math.Min(found[2], truth[2]) - Math.Max(found[0], truth[0]) + 1);
        var height = Math.Max(0, Math.Min(found[3], truth[3]) - Math.Max(found[1], truth[1]) + 1);
        double Area(double[] box) => (box[2] - box[0] + 1) * (box[3] - box[1] + 1);
        return width * height / (Area(found) + Area(truth) - width * height);
    }
}
