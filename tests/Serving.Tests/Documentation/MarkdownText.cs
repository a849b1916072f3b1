using System.Text.RegularExpressions;
using Pipeline.Golden;

namespace Pipeline.Serving.Tests.Documentation;

/// <summary>One piece of code in a page: a line of an <c>sh</c> block, or a code span within the text.</summary>
/// <param name="Page">Path of the page from the repository's root.</param>
/// <param name="Line">Number of its line, from 1.</param>
/// <param name="Text">The code.</param>
public sealed record CodeText(string Page, int Line, string Text);

/// <summary>Finds the code in the repository's pages for users.</summary>
internal static partial class MarkdownText
{
    private const string ShellFence = "```sh";
    private const string Fence = "```";

    /// <summary>The pages: README.md, CONTRIBUTING.md and everything in docs.</summary>
    public static IReadOnlyList<string> Pages { get; } =
    [
        "README.md",
        "CONTRIBUTING.md",
        .. Directory.GetFiles(InRepository("docs"), "*.md").Select(file => $"docs/{Path.GetFileName(file)}"),
    ];

    /// <summary>A path of the repository as a full path.</summary>
    public static string InRepository(string path) => Path.Combine(SharedData.RepositoryRoot, path);

    /// <summary>The lines of all <c>sh</c> blocks; comments and empty lines are omitted.</summary>
    public static IEnumerable<CodeText> ShellLines(string page) =>
        Classify(page).Where(line => line.IsShell).Select(line => line.Code).Where(code => code.Text.Length > 0 && code.Text[0] != '#');

    /// <summary>The code spans of the text between the blocks.</summary>
    public static IEnumerable<CodeText> Spans(string page) =>
        Classify(page)
            .Where(line => !line.IsFenced)
            .SelectMany(line => SpanPattern().Matches(line.Code.Text).Select(match => line.Code with { Text = match.Groups[1].Value }));

    private static IEnumerable<PageLine> Classify(string page)
    {
        string? fence = null;
        var number = 0;
        foreach (var text in File.ReadLines(InRepository(page)))
        {
            number++;
            var code = new CodeText(page, number, text.Trim());
            if (code.Text.StartsWith(Fence, StringComparison.Ordinal))
            {
                fence = fence is null ? code.Text : null;
                yield return new PageLine(code, IsFenced: true, IsShell: false);
                continue;
            }

            yield return new PageLine(code, IsFenced: fence is not null, IsShell: fence == ShellFence);
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex SpanPattern();

    private sealed record PageLine(CodeText Code, bool IsFenced, bool IsShell);
}
