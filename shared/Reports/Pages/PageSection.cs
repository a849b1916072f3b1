using System.Text;
using Pipeline.Shared.Reports.Charts;

namespace Pipeline.Shared.Reports.Pages;

/// <summary>A part of a page. Everything that is given to it is text and is encoded.</summary>
public sealed class PageSection
{
    private readonly StringBuilder html = new();
    private readonly PageIds ids;

    internal PageSection(string heading, string id, PageIds ids)
    {
        Heading = heading;
        Id = id;
        this.ids = ids;
    }

    /// <summary>Its heading.</summary>
    public string Heading { get; }

    /// <summary>Where links lead.</summary>
    internal string Id { get; }

    /// <summary>What was added, as HTML.</summary>
    internal string Html => html.ToString();

    /// <summary>A heading within the section.</summary>
    public PageSection Subheading(string text) => Add($"<h3>{HtmlText.Encode(text)}</h3>\n");

    /// <summary>A paragraph.</summary>
    public PageSection Paragraph(string text) => Add($"<p>{HtmlText.Encode(text)}</p>\n");

    /// <summary>A paragraph that stands out.</summary>
    public PageSection Note(string text, PageTone tone = PageTone.Plain) =>
        Add($"<p class=\"note{(tone == PageTone.Warning ? " warning" : "")}\">{HtmlText.Encode(text)}</p>\n");

    /// <summary>Links to files beside the page: title and address relative to it.</summary>
    public PageSection Links(IEnumerable<KeyValuePair<string, string>> links)
    {
        var items = links.Select(link => $"<li><a href=\"{HtmlText.Encode(link.Value)}\">{HtmlText.Name(link.Key)}</a></li>\n");
        return Add($"<ul>\n{string.Concat(items)}</ul>\n");
    }

    /// <summary>Names and what is known of them.</summary>
    public PageSection Facts(IEnumerable<KeyValuePair<string, string>> facts) => Add(FactsOf(facts, "facts"));

    /// <summary>A list of names as a fact; each is kept apart from the others.</summary>
    public PageSection Names(string title, IEnumerable<string> names)
    {
        var items = string.Join(", ", names.Select(HtmlText.Name));
        return Add($"<dl class=\"facts\">\n<div><dt>{HtmlText.Encode(title)}</dt><dd>{items}</dd></div>\n</dl>\n");
    }

    /// <summary>Large numbers, with the rules that they were made by.</summary>
    /// <param name="title">Of the numbers.</param>
    /// <param name="numbers">The numbers.</param>
    /// <param name="others">Numbers that are shown small.</param>
    /// <param name="rules">How they were made.</param>
    /// <param name="note">What is to be said about them; null: nothing.</param>
    public PageSection Card(
        string title,
        IEnumerable<PageNumber> numbers,
        IEnumerable<PageNumber> others,
        IEnumerable<KeyValuePair<string, string>> rules,
        string? note)
    {
        Add("<article class=\"card\">\n").Subheading(title);
        if (note is not null)
        {
            Note(note, PageTone.Warning);
        }

        Add(NumbersOf(numbers, "large")).Add(NumbersOf(others, "small"));
        return Add(FactsOf(rules, "rules")).Add("</article>\n");
    }

    /// <summary>What stands side by side where there is room.</summary>
    public PageSection Grid(Action<PageSection> fill) => Around("<div class=\"grid\">\n", fill, "</div>\n");

    /// <summary>What is shown when the reader opens it.</summary>
    public PageSection Details(string summary, Action<PageSection> fill) =>
        Around($"<details><summary>{HtmlText.Encode(summary)}</summary>\n", fill, "</details>\n");

    /// <summary>A table, which scrolls within itself where it is too wide.</summary>
    public PageSection Table(PageTable table) => Add(HtmlTable.Of(table));

    /// <summary>Charts side by side where there is room.</summary>
    /// <param name="charts">The charts.</param>
    /// <param name="areSmall">Whether there are many, which are compared with one another.</param>
    public PageSection Charts(IEnumerable<Chart> charts, bool areSmall = false)
    {
        Add(areSmall ? "<div class=\"charts many\">\n" : "<div class=\"charts\">\n");
        foreach (var chart in charts)
        {
            Add(HtmlChart.Of(chart, ids.Next("chart")));
        }

        return Add("</div>\n");
    }

    /// <summary>What the colors of the pictures or of several charts mean: the name of a CSS class and its meaning.</summary>
    public PageSection Legend(IEnumerable<ChartKey> keys) => Add(HtmlChart.Legend(keys));

    /// <summary>Pictures side by side where there is room.</summary>
    public PageSection Pictures(IEnumerable<PagePicture> pictures)
    {
        Add("<div class=\"pictures\">\n");
        foreach (var picture in pictures)
        {
            Add(HtmlPicture.Of(picture));
        }

        return Add("</div>\n");
    }

    /// <summary>Pictures of one thing in a row, with a title above; below one another on a phone.</summary>
    public PageSection PictureRow(string title, IEnumerable<PagePicture> pictures)
    {
        Add($"<div class=\"row\"><p class=\"of\">{HtmlText.Name(title)}</p>\n");
        return Add(string.Concat(pictures.Select(HtmlPicture.Of))).Add("</div>\n");
    }

    private PageSection Around(string before, Action<PageSection> fill, string after)
    {
        Add(before);
        fill(this);
        return Add(after);
    }

    private PageSection Add(string text)
    {
        html.Append(text);
        return this;
    }

    private static string NumbersOf(IEnumerable<PageNumber> numbers, string kind)
    {
        var items = string.Concat(numbers.Select(number =>
            $"<div><dt>{HtmlText.Encode(number.Label)}</dt><dd>{HtmlText.Encode(number.Value)}</dd></div>\n"));
        return items.Length == 0 ? "" : $"<dl class=\"numbers {kind}\">\n{items}</dl>\n";
    }

    private static string FactsOf(IEnumerable<KeyValuePair<string, string>> facts, string kind)
    {
        var items = string.Concat(facts.Select(fact =>
            $"<div><dt>{HtmlText.Encode(fact.Key)}</dt><dd>{HtmlText.Name(fact.Value)}</dd></div>\n"));
        return items.Length == 0 ? "" : $"<dl class=\"{kind}\">\n{items}</dl>\n";
    }
}
