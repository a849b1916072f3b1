using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>Collects names of classes and says what is wrong with them.</summary>
internal static class YoloNameFindings
{
    private const char Replacement = '\uFFFD';

    /// <param name="names">Receives the name.</param>
    /// <param name="number">Its number.</param>
    /// <param name="name">The name.</param>
    /// <param name="at">File and line.</param>
    /// <param name="findings">Receives what is wrong with it.</param>
    public static void Add(Dictionary<int, string> names, int number, string name, string at, List<Finding> findings)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            findings.Add(new Finding(at, $"class {number} has an empty name; give it one."));
            return;
        }

        if (name.Contains(Replacement, StringComparison.Ordinal))
        {
            findings.Add(new Finding(at, $"the name of class {number} is not UTF-8; save the file as UTF-8."));
            return;
        }

        if (!names.TryAdd(number, name))
        {
            findings.Add(new Finding(at, $"class {number} is named twice; remove one."));
            return;
        }

        var first = names.First(entry => entry.Value == name).Key;
        if (first != number)
        {
            findings.Add(new Finding(at, $"class {number} has the name of class {first}, {Excerpt.Of(name)}; both are one class.")
            {
                Summary = "classes have the name of another and are one class with it",
            });
        }
    }
}
