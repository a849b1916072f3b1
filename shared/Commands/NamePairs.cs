namespace Pipeline.Shared.Commands;

/// <summary>Options whose values are NAME=NAME.</summary>
public static class NamePairs
{
    /// <param name="option">Named in error messages.</param>
    /// <param name="texts">What was typed, as <c>Person_sitting=Pedestrian</c>.</param>
    /// <exception cref="UserErrorException">A text is no such pair, or a name is given twice.</exception>
    public static Dictionary<string, string> Read(string option, IEnumerable<string> texts)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            string[] names = text.Split('=', StringSplitOptions.TrimEntries);
            if (names.Length != 2 || names.Any(string.IsNullOrEmpty))
            {
                throw new UserErrorException($"{option}: '{text}' is not a pair of names such as Person_sitting=Pedestrian.");
            }

            if (!pairs.TryAdd(names[0], names[1]))
            {
                throw new UserErrorException($"{option}: '{names[0]}' is given twice.");
            }
        }

        return pairs;
    }
}
