namespace Pipeline.Shared.Reports.Pages;

/// <summary>Names of elements, each given once in a page.</summary>
internal sealed class PageIds
{
    private int last;

    /// <summary>A new name.</summary>
    public string Next(string kind) => $"{kind}-{++last}";
}
