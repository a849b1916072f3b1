namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>A dictionary and its location.</summary>
/// <param name="Path">The keys that lead to it from the top; none for the top itself.</param>
/// <param name="Dictionary">Its content.</param>
internal sealed record PickleBranch(IReadOnlyList<string> Path, PickleDictionary Dictionary);

/// <summary>The dictionaries of a pickle.</summary>
internal static class PickleTree
{
    /// <summary>A plain dictionary, or what was set by key in an object of another kind; else null.</summary>
    public static PickleDictionary? AsDictionary(object? value) => value switch
    {
        PickleDictionary dictionary => dictionary,
        PickleOpaque opaque => opaque.Items,
        _ => null,
    };

    /// <summary>The top and what can be reached from it by textual keys, level by level, each dictionary once.</summary>
    /// <param name="root">The pickle's value.</param>
    /// <param name="depth">Keys from the top at most.</param>
    public static IReadOnlyList<PickleBranch> Dictionaries(object? root, int depth)
    {
        var found = new List<PickleBranch>();
        var seen = new HashSet<PickleDictionary>();
        void Add(IReadOnlyList<string> path, object? value)
        {
            if (AsDictionary(value) is { } dictionary && seen.Add(dictionary))
            {
                found.Add(new PickleBranch(path, dictionary));
            }
        }

        Add([], root);
        for (var i = 0; i < found.Count && found[i].Path.Count < depth; i++)
        {
            foreach (var (key, value) in found[i].Dictionary.Items)
            {
                if (key is string text)
                {
                    Add([.. found[i].Path, text], value);
                }
            }
        }

        return found;
    }
}
