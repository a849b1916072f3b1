using Pipeline.Serving.Batching;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Text;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>Reads the parameters of a request from their texts; one that is given twice, also once in each place, is refused.</summary>
internal sealed class DetectParameterReader
{
    private const int LongestShown = 40;
    private readonly Dictionary<string, string> places = [];

    /// <summary>What was read so far.</summary>
    public DetectParameters Parameters { get; private set; } = new();

    /// <summary>Reads one parameter.</summary>
    /// <param name="place">Where it is, for messages: Query or Body.</param>
    /// <param name="name">Its name as it was sent.</param>
    /// <param name="texts">Its values as they were sent; only classes may have several.</param>
    /// <exception cref="RefusedRequestException">The parameter is unknown, is given twice, or has no valid value.</exception>
    public void Read(string place, string name, IReadOnlyList<string> texts)
    {
        var parameter = DetectParameter.All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw Unknown(place, name);
        if (texts.Count > 1 && parameter != DetectParameter.Classes)
        {
            var values = string.Join("', '", texts);
            throw Refusal(
                place, $"{parameter.Name} is given {texts.Count} times ('{Shown(values)}'); give it once, as {parameter.Accepted}.");
        }

        if (!places.TryAdd(parameter.Name, place))
        {
            var where = places[parameter.Name] == place ? "twice" : "in the query and in the body";
            throw Refusal(place, $"{parameter.Name} is given {where}; give it once, as {parameter.Accepted}.");
        }

        if (!TryRead(parameter, texts))
        {
            throw Refusal(place, $"{parameter.Name}: '{Shown(string.Join(',', texts))}' is not {parameter.Accepted}.");
        }
    }

    private static RefusedRequestException Refusal(string place, string reason) => new(FaultKind.Malformed, $"{place}: {reason}");

    private static RefusedRequestException Unknown(string place, string name)
    {
        string[] known = [.. DetectParameter.All.Select(parameter => parameter.Name)];
        var meant = NearName.Of(name, known) is { } near ? $" (did you mean {near}?)" : "";
        return Refusal(place, $"unknown parameter '{Shown(name)}'{meant}; the parameters are {string.Join(", ", known)}.");
    }

    private static string Shown(string text) => LogText.OneLine(text, LongestShown);

    private bool TryRead(DetectParameter parameter, IReadOnlyList<string> texts)
    {
        if (parameter == DetectParameter.Classes)
        {
            return TryReadClasses(texts);
        }

        var text = texts[0];
        if (parameter == DetectParameter.Threshold)
        {
            var isThreshold = DetectParameter.Thresholds.TryParse(text, out var threshold);
            Parameters = Parameters with { Threshold = threshold };
            return isThreshold;
        }

        if (parameter == DetectParameter.Top)
        {
            var isTop = DetectParameter.Tops.TryParse(text, out var top);
            Parameters = Parameters with { Top = top };
            return isTop;
        }

        if (parameter == DetectParameter.Timeout)
        {
            var isTimeout = DetectParameter.Timeouts.TryParse(text, out var milliseconds);
            Parameters = Parameters with { Timeout = TimeSpan.FromMilliseconds(milliseconds) };
            return isTimeout;
        }

        return TryReadName(parameter, text);
    }

    private bool TryReadName(DetectParameter parameter, string text)
    {
        if (parameter == DetectParameter.Version)
        {
            Parameters = Parameters with { Version = text };
            return DetectParameter.Versions.TryParse(text, out _);
        }

        if (parameter == DetectParameter.Priority)
        {
            var isBackground = text.Equals("background", StringComparison.OrdinalIgnoreCase);
            Parameters = Parameters with { Priority = isBackground ? RequestClass.Background : RequestClass.Live };
            return isBackground || text.Equals("live", StringComparison.OrdinalIgnoreCase);
        }

        Parameters = Parameters with { Model = text };
        return text.Length > 0;
    }

    private bool TryReadClasses(IReadOnlyList<string> texts)
    {
        Parameters = Parameters with { Classes = texts };
        return texts.Any(text => text.Length > 0);
    }
}
