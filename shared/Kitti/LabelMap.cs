namespace Pipeline.Shared.Kitti;

/// <summary>Which class an object's type becomes: types can be merged, and types that are not named are left out.</summary>
/// <param name="classes">The classes, in the order of their labels.</param>
/// <param name="merges">Types that become another class, as <c>Person_sitting → Pedestrian</c>.</param>
public sealed class LabelMap(IReadOnlyList<string> classes, IReadOnlyDictionary<string, string>? merges = null)
{
    private readonly Dictionary<string, int> labels = Labels(classes, merges);

    /// <summary>The classes.</summary>
    public IReadOnlyList<string> Classes => classes;

    /// <summary>Index of the class of a type, or −1 when it is left out.</summary>
    public int Label(string type) => labels.GetValueOrDefault(type, -1);

    private static Dictionary<string, int> Labels(IReadOnlyList<string> classes, IReadOnlyDictionary<string, string>? merges)
    {
        if (classes.Count == 0)
        {
            throw new UserErrorException("labels: at least one class is needed.");
        }

        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, index) in classes.Select((name, index) => (name, index)))
        {
            if (name == KittiClasses.DontCare || !KittiClasses.Known.Contains(name))
            {
                throw new UserErrorException($"labels[{index}]: '{name}' is not a class that can be learnt; known are {string.Join(", ", KittiClasses.Known.Where(known => known != KittiClasses.DontCare))}.");
            }

            if (!labels.TryAdd(name, index))
            {
                throw new UserErrorException($"labels[{index}]: '{name}' is named twice.");
            }
        }

        foreach (var (from, to) in merges ?? new Dictionary<string, string>())
        {
            if (!KittiClasses.Known.Contains(from) || !labels.TryGetValue(to, out var label) || !labels.TryAdd(from, label))
            {
                throw new UserErrorException($"labelMap: '{from}' cannot become '{to}'; the first must be a KITTI type that is no class of its own, the second one of the classes {string.Join(", ", classes)}.");
            }
        }

        return labels;
    }
}
