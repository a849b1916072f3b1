namespace Pipeline.Shared.Kitti;

/// <summary>Maps the types of objects to classes: types can be merged, and unnamed types are left out.</summary>
/// <param name="classes">The classes, in the order of their labels.</param>
/// <param name="merges">Types that become another class, such as <c>Person_sitting → Pedestrian</c>.</param>
public sealed class LabelMap(IReadOnlyList<string> classes, IReadOnlyDictionary<string, string>? merges = null)
{
    private readonly Dictionary<string, int> labels = Labels(classes, merges);

    /// <summary>The classes.</summary>
    public IReadOnlyList<string> Classes => classes;

    /// <summary>Index of a type's class, or −1 when the type is left out.</summary>
    public int Label(string type) => labels.GetValueOrDefault(type, -1);

    /// <summary>The first error in classes and merges: the setting and the reason; null when there is none.</summary>
    public static (string Key, string Reason)? Problem(IReadOnlyList<string> classes, IReadOnlyDictionary<string, string>? merges)
    {
        if (classes.Count == 0)
        {
            return ("labels", "at least one class is needed.");
        }

        for (var index = 0; index < classes.Count; index++)
        {
            var name = classes[index];
            if (name == KittiClasses.DontCare || !KittiClasses.Known.Contains(name))
            {
                var known = KittiClasses.Known.Where(type => type != KittiClasses.DontCare);
                return ($"labels[{index}]", $"'{name}' is not a class that can be learned; known are {string.Join(", ", known)}.");
            }

            if (classes.Take(index).Contains(name))
            {
                return ($"labels[{index}]", $"'{name}' is named twice.");
            }
        }

        foreach (var (from, to) in merges ?? new Dictionary<string, string>())
        {
            if (from == KittiClasses.DontCare || !KittiClasses.Known.Contains(from) || classes.Contains(from) || !classes.Contains(to))
            {
                return ("labelMap", $"'{from}' cannot become '{to}'; the first must be a KITTI type that is not itself a class, "
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
