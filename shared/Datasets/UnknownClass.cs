using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets;

/// <summary>What is said about a class that a user names and a data set does not have.</summary>
internal static class UnknownClass
{
    private const int MostNames = 100;

    /// <param name="name">What the user typed.</param>
    /// <param name="classes">Names of the classes that there are.</param>
    public static string Message(string name, IReadOnlyList<string> classes)
    {
        if (classes.Count == 0)
        {
            return $"there is no class '{name}'; the labels hold no object.";
        }

        var hint = NearName.Of(name, classes) is { } near ? $" Did you mean '{near}'?" : "";
        return $"there is no class '{name}'; there are {FirstFew.Of(classes, MostNames)}.{hint}";
    }
}
