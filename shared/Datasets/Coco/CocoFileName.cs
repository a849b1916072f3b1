namespace Pipeline.Shared.Datasets.Coco;

/// <summary>A <c>file_name</c> as a path below the folder of images.</summary>
/// <param name="Relative">With '/', without '.' and '..'.</param>
/// <param name="IsForeign">
/// Whether it was an absolute path, a URL or one that leaves the folder. Those are never followed: only their ends can name a file.
/// </param>
internal readonly record struct CocoFileName(string Relative, bool IsForeign)
{
    private const string SchemeEnd = "://";

    private static readonly string[] Unusual = ["\\", ":", "//", "./"];

    /// <param name="name">As the annotation file has it.</param>
    public static CocoFileName Of(string name)
    {
        if (name[0] != '/' && !Unusual.Any(part => name.Contains(part, StringComparison.Ordinal)))
        {
            return new CocoFileName(name, IsForeign: false);
        }

        var scheme = name.IndexOf(SchemeEnd, StringComparison.Ordinal);
        var isUrl = scheme > 0;
        var path = isUrl ? PathOfUrl(name[(scheme + SchemeEnd.Length)..]) : name.Replace('\\', '/');
        var hasDrive = path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0]);
        var isForeign = isUrl || hasDrive || path[0] == '/';
        var parts = new List<string>();
        foreach (var part in path.Split('/').Where(part => part.Length > 0 && part != "."))
        {
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else
            {
                isForeign = true;
            }
        }

        return new CocoFileName(string.Join('/', parts), isForeign);
    }

    /// <summary>The path and its ends, the longest first: <c>a/b/c.jpg</c>, <c>b/c.jpg</c>, <c>c.jpg</c>.</summary>
    public IEnumerable<string> Ends()
    {
        for (var start = 0; start < Relative.Length;)
        {
            yield return Relative[start..];
            var slash = Relative.IndexOf('/', start);
            start = slash < 0 ? Relative.Length : slash + 1;
        }
    }

    private static string PathOfUrl(string afterScheme)
    {
        var end = afterScheme.AsSpan().IndexOfAny('?', '#');
        return Uri.UnescapeDataString(end < 0 ? afterScheme : afterScheme[..end]).Replace('\0', '/');
    }
}
