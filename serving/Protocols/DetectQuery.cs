using Pipeline.Serving.Faults;
using Pipeline.Shared.Numbers;

namespace Pipeline.Serving.Protocols;

/// <summary>Reads the query parameters of <c>POST /v1/detect</c>.</summary>
internal static class DetectQuery
{
    private const string ThresholdName = "threshold";
    private const int LongestShown = 40;
    private static readonly NumberRange<double> Thresholds = new(0, 1);

    /// <returns>The threshold: detections with a lower score are omitted. 0 when it is not given.</returns>
    /// <exception cref="RefusedRequestException">A parameter is unknown, is given twice, or is not a number in its range.</exception>
    public static double ReadThreshold(IQueryCollection query)
    {
        var unknown = query.Keys.FirstOrDefault(name => !name.Equals(ThresholdName, StringComparison.OrdinalIgnoreCase));
        if (unknown is not null)
        {
            throw Refusal($"unknown parameter '{Shown(unknown)}'; the only one is {ThresholdName}, {Thresholds}.");
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
        if (!Thresholds.TryParse(text, out var threshold))
        {
            throw Refusal(Thresholds.Refusal(ThresholdName, text));
        }

        return threshold;
    }

    private static RefusedRequestException Refusal(string reason) => new(FaultKind.Malformed, $"Query: {reason}");

    private static string Shown(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "…";
}
