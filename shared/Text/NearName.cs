namespace Pipeline.Shared.Text;

/// <summary>Names that were probably meant to be another name.</summary>
public static class NearName
{
    /// <summary>The first of the known names that differs by case, or by one letter that is wrong, missing, extra, or swapped.</summary>
    /// <param name="name">The name; one that is known itself is near to none.</param>
    /// <param name="known">Names that are right.</param>
    public static string? Of(string name, IReadOnlyCollection<string> known) =>
        known.Contains(name, StringComparer.Ordinal) ? null : known.FirstOrDefault(other => IsNear(name, other));

    /// <summary>Whether two names differ at most by case and one letter that is wrong, missing, extra, or swapped.</summary>
    public static bool IsNear(string name, string other)
    {
        var a = name.ToLowerInvariant().AsSpan();
        var b = other.ToLowerInvariant().AsSpan();
        var prefix = a.CommonPrefixLength(b);
        a = a[prefix..];
        b = b[prefix..];
        while (a.Length > 0 && b.Length > 0 && a[^1] == b[^1])
        {
            a = a[..^1];
            b = b[..^1];
        }

        var isOneLetter = a.Length <= 1 && b.Length <= 1;
        var isSwapped = a.Length == 2 && b.Length == 2 && a[0] == b[1] && a[1] == b[0];
        return isOneLetter || isSwapped;
    }
}
