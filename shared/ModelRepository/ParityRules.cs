namespace Pipeline.Shared.ModelRepository;

/// <summary>Checks what a manifest says of the comparison with the detector.</summary>
internal static class ParityRules
{
    /// <returns>The first invalid field; null: none.</returns>
    public static (string Field, string Reason)? Problem(ParityTable? parity)
    {
        if (parity is null)
        {
            return null;
        }

        if (parity.Images < 1)
        {
            return ("parity.images", $"{parity.Images} is not {ManifestRules.Positive}");
        }

        if (!ManifestText.IsLine(parity.Samples) || (parity.Failure is not null && !ManifestText.IsLine(parity.Failure)))
        {
            return ("parity", "samples and failure are one line of text each");
        }

        if (parity.Passed != parity.Failure is null)
        {
            return ("parity.passed", "it says that the comparison passed and what failed, or neither");
        }

        return ProblemOfMaps(parity) ?? ProblemOfTolerance(parity.Tolerance) ?? ProblemOf("parity.total", parity.Total)
            ?? ProblemOfRows(parity);
    }

    private static (string Field, string Reason)? ProblemOfMaps(ParityTable parity)
    {
        foreach (var (field, value) in new[] { ("parity.detectorMap", parity.DetectorMap), ("parity.modelMap", parity.ModelMap) })
        {
            if (value is { } map && !ManifestRules.Scores.Contains(map))
            {
                return (field, $"{map:R} is not {ManifestRules.Scores}");
            }
        }

        return null;
    }

    private static (string Field, string Reason)? ProblemOfTolerance(ParityTolerance tolerance)
    {
        double[] values = [tolerance.BoxPixels ?? 0, tolerance.Score, tolerance.DifferingShare, tolerance.MapPoints];
        return values.All(IsDifference) ? null : ("parity.tolerance", "a tolerance is a finite number of at least 0");
    }

    private static (string Field, string Reason)? ProblemOfRows(ParityTable parity)
    {
        if (parity.Rows.Count > ParityTable.MostRows)
        {
            return ("parity.rows", $"{parity.Rows.Count} rows; at most {ParityTable.MostRows} are written");
        }

        for (var index = 0; index < parity.Rows.Count; index++)
        {
            var row = parity.Rows[index];
            var field = $"parity.rows[{index}]";
            if (row is null || !ManifestText.IsLine(row.Image) || row.WidthPixels < 1 || row.HeightPixels < 1)
            {
                return (field, "expected an image's name, width and height");
            }

            if (ProblemOf(field, row.Difference) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static (string Field, string Reason)? ProblemOf(string field, ParityDifference? difference)
    {
        if (difference is null)
        {
            return (field, "the differences are missing");
        }

        int[] counts = [difference.DetectorDetections, difference.ModelDetections, difference.Pairs, difference.Differing];
        if (counts.Any(count => count < 0))
        {
            return (field, "a count cannot be negative");
        }

        return IsDifference(difference.LargestBoxPixels ?? 0) && IsDifference(difference.LargestScore ?? 0)
            ? null
            : (field, "a difference is a finite number of at least 0");
    }

    private static bool IsDifference(double value) => double.IsFinite(value) && value >= 0;
}
