using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints;

/// <summary>Says how the weights of a file differ from those that a module needs.</summary>
internal static class WeightDifferences
{
    private const int Shown = 3;

    /// <returns>Missing, misshapen and left-over weights, each kind with its number and first names; null when there are none.</returns>
    /// <param name="needed">The module's tensors.</param>
    /// <param name="found">The file's.</param>
    /// <param name="unread">Tensors of the file that are not read: what each is.</param>
    public static string? Between(
        IReadOnlyDictionary<string, Tensor> needed, IReadOnlyDictionary<string, Tensor> found, IReadOnlyDictionary<string, string> unread)
    {
        string[] absent = [.. needed.Keys.Where(name => !found.ContainsKey(name))];
        string[] notRead = [.. absent.Where(unread.ContainsKey).Select(name => $"{name} ({unread[name]})")];
        string[] missing = [.. absent.Where(name => !unread.ContainsKey(name))];
        string[] misshapen =
        [
            .. needed.Where(entry => found.TryGetValue(entry.Key, out var tensor) && !tensor.shape.SequenceEqual(entry.Value.shape))
                .Select(entry => $"{entry.Key} ({Shape(found[entry.Key])}, not {Shape(entry.Value)})"),
        ];
        string[] unexpected = [.. found.Keys.Where(name => !needed.ContainsKey(name))];

        string[] parts =
        [
            .. Part(missing, $"of {needed.Count} are missing"),
            .. Part(misshapen, $"of {needed.Count} have another shape"),
            .. Part(notRead, $"of {needed.Count} have a type that is not read"),
            .. Part(unexpected, $"of the file's {found.Count} are unexpected"),
        ];
        return parts.Length == 0 ? null : string.Join("; ", parts);
    }

    private static IEnumerable<string> Part(string[] names, string what)
    {
        if (names.Length > 0)
        {
            yield return $"{names.Length} {what}: {string.Join(", ", names.Take(Shown))}{(names.Length > Shown ? ", …" : "")}";
        }
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
