using Pipeline.Serving.Faults;
using Pipeline.Shared.Numbers;

namespace Pipeline.Serving.Protocols;

/// <summary>The parameters of <c>POST /v1/detect</c>.</summary>
internal static class DetectQuery
{
    private const string ThresholdName = "threshold";
    private const int LongestShown = 40;
    private static readonly NumberRange<double> Thresholds = new(0, 1);

    /// <summary>Detections of a lower score are left out.</summary>
    /// <exception cref="RefusedRequestException">A parameter is unknown, is given twice, or is no number in its range.</exception>
    public static double ReadThreshold(IQueryCollection query)
    {
        var unknown = query.Keys.FirstOrDefault(name => !name.Equals(ThresholdName, StringComparison.OrdinalIgnoreCase));
        if (unknown is not null)
        {
            throw Refusal($"there is no parameter '{Shown(unknown)}'; there is {ThresholdName}, {Thresholds}.");
        }

        var values = query[ThresholdName];
        if (values.Count == 0)
        {
            return 0;
        }

        if (values.Count > 1)
        {
            throw Refusal(
                $"{ThresholdName} is given {values.Count} times ('{Shown(string.Join("', '", values!))}'); give it once, as {Thresholds}.");
        }

        var text = values[0] ?? "";
        return Thresholds.TryParse(text, out var threshold) ? threshold : throw Refusal(Thresholds.Refusal(ThresholdName, text));
    }

    private static RefusedRequestException Refusal(string reason) => new(StatusCodes.Status400BadRequest, $"Query: {reason}");

    private static string Shown(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "…";
}
