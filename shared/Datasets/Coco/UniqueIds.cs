using System.Globalization;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>Ids to write, as JSON.</summary>
internal static class UniqueIds
{
    /// <summary>Each id once: those that are missing or occurred before are replaced by numbers past the largest.</summary>
    public static string[] Of(IEnumerable<string?> given)
    {
        string?[] ids = [.. given];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var last = 0L;
        for (var i = 0; i < ids.Length; i++)
        {
            var isKept = ids[i] is { } id && taken.Add(id);
            ids[i] = isKept ? ids[i] : null;
            last = Math.Max(last, Number(ids[i]));
        }

        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] is null)
            {
                last++;
                ids[i] = last.ToString(CultureInfo.InvariantCulture);
            }
        }

        return ids!;
    }

    private static long Number(string? id) =>
        long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
