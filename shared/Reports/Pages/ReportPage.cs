using System.Text;

namespace Pipeline.Shared.Reports.Pages;

/// <summary>
/// A page in one file: no script, no request, readable in light and dark and on a phone. The same content gives the same bytes.
/// </summary>
/// <param name="title">Its title and first heading.</param>
/// <param name="lead">A sentence below the title.</param>
public sealed class ReportPage(string title, string lead)
{
    private readonly List<PageSection> sections = [];
    private readonly PageIds ids = new();

    /// <summary>Begins a section, which the table of contents names.</summary>
    public PageSection Section(string heading)
    {
        var section = new PageSection(heading, ids.Next("section"), ids);
        sections.Add(section);
        return section;
    }

    /// <summary>The page as HTML.</summary>
    public string Finish()
    {
        var contents = new StringBuilder();
        var body = new StringBuilder();
        foreach (var section in sections)
        {
            var heading = HtmlText.Encode(section.Heading);
            contents.Append($"<li><a href=\"#{section.Id}\">{heading}</a></li>\n");
            body.Append($"<section aria-labelledby=\"{section.Id}\">\n<h2 id=\"{section.Id}\">{heading}</h2>\n{section.Html}</section>\n");
        }

        var parts = new Dictionary<string, string>
        {
            ["title"] = HtmlText.Encode(title),
            ["lead"] = HtmlText.Encode(lead),
            ["style"] = Resource("page.css"),
            ["contents"] = contents.ToString(),
            ["sections"] = body.ToString(),
        };
        return Filled(Resource("page.html"), parts);
    }

    /// <summary>The template with its places filled in one pass, so that no text can name a place.</summary>
    private static string Filled(string template, Dictionary<string, string> parts)
    {
        var page = new StringBuilder();
        var rest = template.AsSpan();
        while (rest.IndexOf("{{") is var start and >= 0)
        {
            var end = rest.IndexOf("}}");
            page.Append(rest[..start]).Append(parts[rest[(start + 2)..end].ToString()]);
            rest = rest[(end + 2)..];
        }

        return page.Append(rest).ToString();
    }

    private static string Resource(string file)
    {
        var name = $"{typeof(ReportPage).Namespace}.{file}";
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks the resource {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
