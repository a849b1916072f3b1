namespace Pipeline.Serving.Tests.Documentation;

/// <summary>
/// The command lines in README.md and docs are checked against the programs' real parsers. <c>tests/readme.sh</c> runs those of
/// README.md.
/// </summary>
public sealed class DocumentedCommandTests(ProgramParsers parsers) : IClassFixture<ProgramParsers>
{
    public static TheoryData<string> Pages => [.. MarkdownText.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_line_of_a_page_is_understood(string page) =>
        Assert.All(MarkdownText.ShellLines(page), line => Assert.True(parsers.Errors(line.Text).Count == 0, Explain(line)));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_option_that_a_page_mentions_with_its_command_exists(string page) =>
        Assert.All(
            MarkdownText.Spans(page),
            span => Assert.True(
                parsers.UnknownOptions(span.Text).Count == 0,
                $"{span.Page}:{span.Line}: `{span.Text}`: {string.Join(", ", parsers.UnknownOptions(span.Text))}"));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_script_that_a_page_calls_exists(string page)
    {
        var programs = MarkdownText.ShellLines(page).Select(line => ShellWords.Split(line.Text)[0]);
        var scripts = programs.Where(program => program.EndsWith(".sh", StringComparison.Ordinal));

        Assert.All(
            scripts, script => Assert.True(File.Exists(MarkdownText.InRepository(script)), $"{page}: {script} does not exist"));
    }

    [Fact]
    public void The_readme_shows_the_whole_way_from_images_to_detections()
    {
        var ours = MarkdownText.ShellLines("README.md").Where(line => parsers.IsOurs(line.Text)).Select(line => line.Text).ToArray();

        string[] commands = ["-- demo", "-- pretrain ", "-- finetune ", "-- export ", "-- --models ", "-- evaluate ", "-- detect "];
        Assert.All(commands, command => Assert.Contains(ours, line => line.Contains(command, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("pipeline-train export --checkpiont x", "--checkpiont")]
    [InlineData("dotnet run --project training -c Release -- demmo", "demmo")]
    [InlineData("pipeline-serve --models models --max-pixels many", "many")]
    [InlineData("pipeline-serve detect frame.png", "--model")]
    public void A_command_line_that_the_program_would_refuse_is_found(string line, string named) =>
        Assert.Contains(parsers.Errors(line), error => error.Contains(named, StringComparison.Ordinal));

    [Theory]
    [InlineData("finetune --lable-map A=B"), InlineData("pipeline-train data split --group drives.txt")]
    public void An_option_that_does_not_exist_is_found(string span) => Assert.Single(parsers.UnknownOptions(span));

    [Theory]
    [InlineData("one  two", new[] { "one", "two" })]
    [InlineData("runs \"1 2 3\" 'a b'", new[] { "runs", "1 2 3", "a b" })]
    [InlineData("one # two", new[] { "one" })]
    [InlineData("one#two \"\"", new[] { "one#two", "" })]
    public void Words_are_split_as_a_shell_splits_them(string line, string[] words) => Assert.Equal(words, ShellWords.Split(line));

    private string Explain(CodeText line) =>
        $"{line.Page}:{line.Line}: {line.Text}\n{string.Join('\n', parsers.Errors(line.Text))}";
}
