using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets;

/// <summary>Sums up warnings: one line for each kind, with their number and the first places.</summary>
public sealed class FindingSummary
{
    private const int PlacesKept = 4;

    private readonly Dictionary<string, (int Count, List<string> Places)> kinds = new(StringComparer.Ordinal);

    /// <summary>Counts a warning.</summary>
    /// <exception cref="UserErrorException">It is an error.</exception>
    public void Add(Finding finding)
    {
        if (finding.Summary is not { } summary)
        {
            throw new UserErrorException(finding.ToString());
        }

        var (count, places) = kinds.GetValueOrDefault(summary, (0, []));
        if (places.Count < PlacesKept)
        {
            places.Add(finding.At);
        }

        kinds[summary] = (count + 1, places);
    }

    /// <summary>One line for each kind, in the order in which they first occurred.</summary>
    public IEnumerable<string> Remarks() =>
        kinds.Select(kind => $"warning: {kind.Value.Count} {kind.Key} ({FirstFew.Of(kind.Value.Places)})");
}
