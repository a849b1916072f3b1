namespace Pipeline.Shared.Reports.Pages;

/// <summary>A table of a page; the first column names the rows.</summary>
/// <param name="Caption">What it shows, for readers who do not see it.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">As many cells as there are columns in each.</param>
public sealed record PageTable(string Caption, IReadOnlyList<PageColumn> Columns, IReadOnlyList<IReadOnlyList<PageCell>> Rows)
{
    /// <summary>Whether the headings of the columns stand upright, which makes many columns narrow.</summary>
    public bool HasUprightHeadings { get; init; }
}

/// <param name="Heading">Its heading.</param>
/// <param name="IsNumber">Numbers are aligned on the right.</param>
public sealed record PageColumn(string Heading, bool IsNumber = true);

/// <param name="Text">What is written in the cell.</param>
public sealed record PageCell(string Text)
{
    /// <summary>Length of a bar beside the text, 0..1; null: no bar.</summary>
    public double? Bar { get; init; }

    /// <summary>How strongly the cell is colored, 0..1; null: not.</summary>
    public double? Heat { get; init; }

    /// <summary>An interval that is drawn in place of the text; null: none.</summary>
    public PageInterval? Interval { get; init; }

    /// <summary>Whether the color says that this is right (a confusion matrix' diagonal).</summary>
    public bool IsRight { get; init; }

    /// <summary>A cell of text alone.</summary>
    public static implicit operator PageCell(string text) => FromText(text);

    /// <summary>A cell of text alone.</summary>
    public static PageCell FromText(string text) => new(text);
}

/// <summary>An interval with its value; 0 is the left edge, 1 the right edge, 0.5 a line in the middle.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="Value">The value.</param>
/// <param name="High">Upper end.</param>
public sealed record PageInterval(double Low, double Value, double High);
