using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Coco;
using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Tests.Evaluation;

/// <summary>COCO's AP of one class, step by step as its definition says, with nothing shared and nothing fast: an oracle.</summary>
internal sealed class StraightforwardCoco(EvaluationProblem problem, CocoMetric metric, int label)
{
    private readonly Dictionary<int, TruthRole> roles = new TruthRules(
            Crowd: metric.Crowd, Difficult: metric.Difficult, DontCare: metric.DontCare, Merged: metric.Merged)
        .Of(problem)
        .Where(entry => entry.Class == label || entry.Class < 0)
        .ToDictionary(entry => entry.Row, entry => entry.Role);

    /// <summary>Mean precision over the thresholds at a limit; null: no object.</summary>
    public double? AveragePrecision(CocoAreaRange range, int limit)
    {
        var count = roles.Count(entry => entry.Value == TruthRole.Count && range.Contains(problem.Objects[entry.Key].AreaPixels));
        return count == 0 ? null : metric.IouThresholds.Average(threshold => AveragePrecision(threshold, range, limit, count));
    }

    private double AveragePrecision(double threshold, CocoAreaRange range, int limit, int count)
    {
        var outcomes = new List<(double Score, int Image, int Place, bool? IsRight)>();
        for (var image = 0; image < problem.ImageIds.Length; image++)
        {
            outcomes.AddRange(Match(image, threshold, range, limit));
        }

        var curve = new List<(double Recall, double Precision)>();
        var right = 0;
        var wrong = 0;
        var ranked = outcomes.OrderByDescending(outcome => outcome.Score).ThenBy(outcome => outcome.Image).ThenBy(outcome => outcome.Place);
        foreach (var outcome in ranked)
        {
            right += outcome.IsRight == true ? 1 : 0;
            wrong += outcome.IsRight == false ? 1 : 0;
            curve.Add(((double)right / count, right / (wrong + right + 2.220446049250313e-16)));
        }

        return Enumerable.Range(0, 101).Average(point =>
        {
            var recall = point == 100 ? 1 : point * 0.01;
            var reached = curve.Where(entry => entry.Recall >= recall).ToArray();
            return reached.Length == 0 ? 0 : reached.Max(entry => entry.Precision);
        });
    }

    private IEnumerable<(double Score, int Image, int Place, bool? IsRight)> Match(
        int image, double threshold, CocoAreaRange range, int limit)
    {
        var objects = roles.Keys.Where(row => problem.Objects[row].Image == image).Order()
            .Select(row => (Row: row, IsIgnored: roles[row] != TruthRole.Count || !range.Contains(problem.Objects[row].AreaPixels)))
            .OrderBy(entry => entry.IsIgnored).ToArray();
        var found = problem.Detections.Where(entry => entry.Image == image && entry.Class == label)
            .OrderByDescending(entry => entry.Score).Take(metric.MaxDetections[^1]).Take(limit);
        var taken = new HashSet<int>();
        foreach (var (place, detection) in found.Index())
        {
            var bar = Math.Min(threshold, 1 - 1e-10);
            var match = -1;
            var isIgnored = false;
            foreach (var (row, ignored) in objects)
            {
                if (match >= 0 && !isIgnored && ignored)
                {
                    break;
                }

                var isFree = !taken.Contains(row) || roles[row] == TruthRole.Crowd;
                var overlap = Overlap(detection, problem.Objects[row], roles[row] == TruthRole.Crowd);
                if (isFree && overlap >= bar)
                {
                    bar = overlap;
                    match = row;
                    isIgnored = ignored;
                }
            }

            taken.Add(match);
            var isOutside = !range.Contains(detection.Box.Width * detection.Box.Height);
            bool? unmatched = isOutside ? null : false;
            bool? matched = isIgnored ? null : true;
            yield return (detection.Score, image, place, match >= 0 ? matched : unmatched);
        }
    }

    private static double Overlap(FoundObject found, TruthObject truth, bool isCrowd)
    {
        var width = Math.Min(found.Box.X2, truth.Box.X2) - Math.Max(found.Box.X1, truth.Box.X1);
        var height = Math.Min(found.Box.Y2, truth.Box.Y2) - Math.Max(found.Box.Y1, truth.Box.Y1);
        var shared = Math.Max(0, width) * Math.Max(0, height);
        return shared / (isCrowd ? found.Box.Area : found.Box.Area + truth.Box.Area - shared);
    }
}
