using System.Text.Json;

namespace Pipeline.Shared.ModelRepository;

/// <summary>Finds a field that occurs twice in one object: JSON readers disagree about which one counts.</summary>
internal static class RepeatedField
{
    /// <param name="element">The value to search, including everything in it.</param>
    /// <param name="path">Path of the value; empty for the root.</param>
    /// <returns>The first repeated field, such as <c>training.numClasses</c>; null when there is none.</returns>
    /// <exception cref="InvalidOperationException">A name is not valid text: half of a surrogate pair.</exception>
    public static string? Find(JsonElement element, string path = "") => element.ValueKind switch
    {
        JsonValueKind.Object => FindInObject(element, path),
        JsonValueKind.Array => FindInList(element, path),
        _ => null,
    };

    private static string? FindInObject(JsonElement element, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var field = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (!seen.Add(property.Name))
            {
                return field;
            }

            if (Find(property.Value, field) is { } deeper)
            {
                return deeper;
            }
        }

        return null;
    }

    private static string? FindInList(JsonElement element, string path)
    {
        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (Find(item, $"{path}[{index}]") is { } deeper)
            {
                return deeper;
            }

            index++;
        }

        return null;
    }
}
