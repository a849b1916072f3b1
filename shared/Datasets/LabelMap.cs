namespace Pipeline.Shared.Datasets;

/// <summary>Maps the classes of labels to those that are learned: some can be merged, and those that are not named are left out.</summary>
/// <param name="classes">The classes, in the order of their labels.</param>
/// <param name="merges">Classes of labels that become another class, such as <c>Person_sitting → Pedestrian</c>.</param>
public sealed class LabelMap(IReadOnlyList<string> classes, IReadOnlyDictionary<string, string>? merges = null)
{
    private readonly Dictionary<string, int> labels = Labels(classes, merges);

    /// <summary>The classes.</summary>
    public IReadOnlyList<string> Classes => classes;

    /// <summary>Index of the class that a class of the labels becomes, or −1 when it is left out.</summary>
    public int Label(string? name) => name is null ? -1 : labels.GetValueOrDefault(name, -1);

    /// <summary>The classes that a user names, or those of a data set without the ones that become another.</summary>
    /// <param name="named">The user's; null or empty: the data set's.</param>
    /// <param name="merges">Classes of labels that become another class.</param>
    /// <param name="dataset">The data set.</param>
    /// <exception cref="UserErrorException">The data set has no class.</exception>
    public static IReadOnlyList<string> ClassesOf(
        IReadOnlyList<string>? named, IReadOnlyDictionary<string, string>? merges, Dataset dataset)
    {
        if (named is { Count: > 0 })
        {
            return named;
        }

        string[] classes = [.. dataset.Classes.Select(entry => entry.Name).Where(name => merges?.ContainsKey(name) != true)];
        return classes.Length > 0
            ? classes
            : throw new UserErrorException($"{dataset.Root}: no image has an object, so there is no class to learn.");
    }

    /// <summary>The first error in classes and merges: the setting and the reason; null when there is none.</summary>
    public static (string Key, string Reason)? Problem(IReadOnlyList<string> classes, IReadOnlyDictionary<string, string>? merges)
    {
        if (classes.Count == 0)
        {
            return ("labels", "at least one class is needed.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < classes.Count; index++)
        {
            var name = classes[index];
            if (string.IsNullOrWhiteSpace(name))
            {
                return ($"labels[{index}]", "a class needs a name.");
            }

            if (!seen.Add(name))
            {
                return ($"labels[{index}]", $"'{name}' is named twice.");
            }
        }

        foreach (var (from, to) in merges ?? new Dictionary<string, string>())
        {
            if (string.IsNullOrWhiteSpace(from) || seen.Contains(from) || !seen.Contains(to))
            {
                return ("labelMap", $"'{from}' cannot become '{to}'; the first must be a name that is not itself a class, "
                    + $"the second one of the classes {string.Join(", ", classes)}.");
            }
        }

        return null;
    }

    private static Dictionary<string, int> Labels(IReadOnlyList<string> classes, IReadOnlyDictionary<string, string>? merges)
    {
        if (Problem(classes, merges) is { } problem)
        {
            throw new UserErrorException($"{problem.Key}: {problem.Reason}");
        }

        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < classes.Count; index++)
        {
            labels.Add(classes[index], index);
        }

        foreach (var (from, to) in merges ?? new Dictionary<string, string>())
        {
            labels.Add(from, labels[to]);
        }

        return labels;
    }
}
