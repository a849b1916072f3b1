using System.Globalization;

namespace Pipeline.Serving.Tests.Observability;

/// <summary>The metrics as Prometheus collects them.</summary>
/// <param name="Text">All lines.</param>
internal sealed record Exposition(string Text)
{
    /// <summary>Collects them.</summary>
    public static async Task<Exposition> Of(HttpClient client) =>
        new(await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken));

    /// <summary>The value of a time series; null when there is none.</summary>
    public double? this[string series]
    {
        get
        {
            var line = Text.Split('\n').SingleOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
            return line is null ? null : double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The time series that begin like this.</summary>
    public IReadOnlyList<string> Series(string start) =>
    [
        .. Text.Split('\n').Where(line => line.StartsWith(start, StringComparison.Ordinal)).Select(line => line[..line.LastIndexOf(' ')]),
    ];
}
