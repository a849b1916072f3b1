namespace Pipeline.Shared.Reports.Pages;

/// <summary>A number that is shown large.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Value">The number as text.</param>
public sealed record PageNumber(string Label, string Value);

/// <summary>What a note is about.</summary>
public enum PageTone
{
    /// <summary>Something to know.</summary>
    Plain,

    /// <summary>Something that makes the numbers worth less.</summary>
    Warning,
}
