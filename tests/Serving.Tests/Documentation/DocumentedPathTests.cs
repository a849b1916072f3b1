using System.Text.RegularExpressions;

namespace Pipeline.Serving.Tests.Documentation;

/// <summary>The files and folders that the pages point to exist.</summary>
public sealed partial class DocumentedPathTests
{
    public static TheoryData<string> Pages => [.. MarkdownText.Pages, "CHANGELOG.md", "BENCHMARKS.md"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_of_a_page_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(MarkdownText.InRepository(page))!;
        var targets = LinkPattern().Matches(File.ReadAllText(MarkdownText.InRepository(page))).Select(match => match.Groups[1].Value);
        var local = targets.Where(target => !target.Contains("://", StringComparison.Ordinal));

        Assert.All(local, target => Assert.True(Exists(Path.Combine(folder, target)), $"{page}: {target} does not exist"));
    }

    [Fact]
    public void Every_path_of_the_contributing_guide_exists()
    {
        var paths = MarkdownText.Spans("CONTRIBUTING.md").Where(span => PathPattern().IsMatch(span.Text)).ToArray();

        Assert.NotEmpty(paths);
        Assert.All(
            paths,
            path => Assert.True(Exists(MarkdownText.InRepository(path.Text)), $"{path.Page}:{path.Line}: {path.Text} does not exist"));
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    [GeneratedRegex(@"\]\(([^)#]+)(?:#[^)]*)?\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"^(\.ci|docs|serving|shared|tests|training)/[A-Za-z0-9./_-]*$")]
    private static partial Regex PathPattern();
}
