namespace Pipeline.Shared.Evaluation.Kitti;

/// <summary>The devkit's choice of score thresholds, so that recall rises by about 1/40 from one to the next.</summary>
internal static class KittiThresholds
{
    /// <param name="scores">Of the valid objects that were found.</param>
    /// <param name="objects">Valid objects.</param>
    /// <returns>At most 41, descending.</returns>
    public static IReadOnlyList<double> Of(List<double> scores, int objects)
    {
        scores.Sort();
        scores.Reverse();
        var thresholds = new List<double>();
        var target = 0.0;
        for (var i = 0; i < scores.Count && thresholds.Count < KittiCurve.Points; i++)
        {
            var isLast = i == scores.Count - 1;
            var left = (i + 1) / (double)objects;
            var right = isLast ? left : (i + 2) / (double)objects;
            if (isLast || right - target >= target - left)
            {
                thresholds.Add(scores[i]);
                target += 1 / (KittiCurve.Points - 1.0);
            }
        }

        return thresholds;
    }
}
