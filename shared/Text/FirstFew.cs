namespace Pipeline.Shared.Text;

/// <summary>The beginning of a long list, for a message.</summary>
public static class FirstFew
{
    /// <param name="items">The list.</param>
    /// <param name="shown">How many items are shown.</param>
    /// <returns>Such as "a, b, c, …".</returns>
    public static string Of(IReadOnlyCollection<string> items, int shown = 3)
    {
        var beginning = string.Join(", ", items.Take(shown));
        return items.Count > shown ? beginning + ", …" : beginning;
    }
}
