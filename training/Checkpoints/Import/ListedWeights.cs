using System.Globalization;
using Pipeline.Training.Checkpoints.Pth;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>Finds dictionaries of tensors inside lists and tuples, which say of none of them what it is.</summary>
internal static class ListedWeights
{
    private const int Depth = 4, MostLooked = 10_000, Shown = 5;

    /// <summary>Where they are, as Python would reach them (<c>['models'][0]</c>); none when there are none.</summary>
    public static IReadOnlyList<string> Find(object? root)
    {
        var found = new List<string>();
        var waiting = new Queue<(string Path, object? Value, int Depth, bool IsListed)>();
        waiting.Enqueue(("", root, 0, false));
        for (var looked = 0; waiting.Count > 0 && looked < MostLooked && found.Count < Shown; looked++)
        {
            var (path, value, depth, isListed) = waiting.Dequeue();
            if (isListed && PickleTree.AsDictionary(value) is { } dictionary && dictionary.Items.Values.Any(item => item is PickleTensor))
            {
                found.Add(path);
            }
            else if (depth < Depth)
            {
                var isList = isListed || value is PickleList or PickleTuple;
                foreach (var (key, item) in Items(value).Take(MostLooked - waiting.Count))
                {
                    waiting.Enqueue((path + key, item, depth + 1, isList));
                }
            }
        }

        return found;
    }

    private static IEnumerable<(string Key, object? Item)> Items(object? value) => value switch
    {
        PickleList list => list.Items.Select((item, index) => (At(index), item)),
        PickleTuple tuple => tuple.Items.Select((item, index) => (At(index), item)),
        _ => PickleTree.AsDictionary(value)?.Items.Where(entry => entry.Key is string).Select(entry => (At(entry.Key), entry.Value)) ?? [],
    };

    private static string At(object key) => $"['{key}']";

    private static string At(int index) => string.Create(CultureInfo.InvariantCulture, $"[{index}]");
}
