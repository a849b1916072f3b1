namespace Pipeline.Training.Data;

/// <summary>Groups of images of about one aspect (torchvision's <c>references/detection/group_by_aspect_ratio.py</c>).</summary>
internal static class AspectGroups
{
    /// <summary>Bounds between the groups: from 1/2 to 2, so many to every doubling of width over height.</summary>
    /// <param name="factor">From 1.</param>
    /// <returns>Twice the factor and one, ascending.</returns>
    public static double[] Bounds(int factor) =>
        [.. Enumerable.Range(-factor, 2 * factor + 1).Select(exponent => Math.Pow(2, (double)exponent / factor))];

    /// <summary>The group of an image: how many bounds its aspect has reached.</summary>
    /// <param name="widthPixels">Its width.</param>
    /// <param name="heightPixels">Its height.</param>
    /// <param name="bounds">Between the groups, ascending.</param>
    public static int Of(int widthPixels, int heightPixels, IReadOnlyList<double> bounds)
    {
        var aspect = (double)widthPixels / heightPixels;
        return bounds.Count(bound => bound <= aspect);
    }
}
