namespace Pipeline.Shared.Reports.Charts;

/// <summary>A chart that is drawn as SVG; its colors are those of the page, so that they follow light and dark.</summary>
/// <param name="title">What it shows.</param>
/// <param name="description">What is seen in it, in words.</param>
public abstract class Chart(string title, string description)
{
    /// <summary>What it shows.</summary>
    public string Title => title;

    /// <summary>What is seen in it, for readers who do not see it.</summary>
    public string Description => description;

    /// <summary>What its colors mean; empty: there is one color.</summary>
    internal abstract IReadOnlyList<ChartKey> Keys { get; }

    /// <summary>Draws it.</summary>
    /// <param name="id">Its name in the page.</param>
    internal abstract string Svg(string id);
}

/// <summary>What a color means.</summary>
/// <param name="Name">The meaning.</param>
/// <param name="Style">CSS classes of its sample.</param>
public sealed record ChartKey(string Name, string Style);
