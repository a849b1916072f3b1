using System.Collections.Concurrent;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Training.Data;

/// <summary>Images that could not be read: counted, named, and too many of them end the run. Worker threads may call it.</summary>
/// <param name="limit">How many the user accepts.</param>
internal sealed class SkippedImages(int limit)
{
    private readonly ConcurrentDictionary<string, string> reasons = new(StringComparer.Ordinal);

    public int Count => reasons.Count;

    /// <exception cref="UserErrorException">They are more than the limit.</exception>
    public void Add(string file, string reason)
    {
        reasons.TryAdd(file, reason);
        if (reasons.Count > limit)
        {
            throw new UserErrorException(limit == 0
                ? $"{reason} To leave such images out, allow some with --max-skipped."
                : $"{reasons.Count} images cannot be read, --max-skipped allows {limit}. The last one: {reason}");
        }
    }

    /// <summary>Writes their names and what is wrong with them; no file when there is none.</summary>
    public void Write(string path)
    {
        if (!reasons.IsEmpty)
        {
            AtomicFile.WriteText(
                path,
                string.Concat(
                    reasons.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}\t{entry.Value}\n")));
        }
    }
}
