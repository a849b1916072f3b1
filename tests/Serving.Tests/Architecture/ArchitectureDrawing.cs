using System.Text.RegularExpressions;

namespace Pipeline.Serving.Tests.Architecture;

/// <summary>A drawing of <c>docs/architecture.md</c>: the Mermaid flowchart below a heading.</summary>
/// <remarks>
/// It reads node lines (<c>Data</c>, <c>Data["Data: loading"]</c>) and arrow lines (<c>Engine --> Checkpoints &amp; Configuration</c>);
/// any other line is refused, so that nothing is drawn that the test does not see.
/// </remarks>
internal sealed partial class ArchitectureDrawing
{
    private readonly HashSet<string> folders = new(StringComparer.Ordinal);
    private readonly HashSet<FolderArrow> arrows = [];

    private ArchitectureDrawing()
    {
    }

    /// <summary>What is drawn, with an arrow or without.</summary>
    public IReadOnlySet<string> Folders => folders;

    /// <summary>Whether an arrow is drawn.</summary>
    public bool Has(FolderArrow arrow) => arrows.Contains(arrow);

    /// <param name="document">The document's text.</param>
    /// <param name="heading">Of the section, as <c>training/</c>.</param>
    /// <exception cref="InvalidDataException">There is no such drawing, or a line of it is neither a node nor an arrow.</exception>
    public static ArchitectureDrawing Read(string document, string heading)
    {
        var section = document.Split("\n## ").FirstOrDefault(part => part.Split('\n')[0].Trim() == heading)
            ?? throw new InvalidDataException($"There is no heading '## {heading}'.");
        if (Flowchart().Match(section) is not { Success: true } flowchart)
        {
            throw new InvalidDataException($"There is no Mermaid flowchart below '## {heading}'.");
        }

        var drawing = new ArchitectureDrawing();
        const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (var line in flowchart.Groups["lines"].Value.Split('\n', Trimmed))
        {
            drawing.Add(line);
        }

        return drawing;
    }

    /// <summary>What the code does that is not drawn, with the types that do it; empty when it keeps to the drawing.</summary>
    public IEnumerable<string> Violations(FolderUses uses) =>
    [
        .. uses.Folders.Except(folders).Select(folder => $"the folder {folder} is not drawn"),
        .. folders.Except(uses.Folders).Select(folder => $"{folder} is drawn, but there is no such folder"),
        .. uses.Arrows.Where(entry => !arrows.Contains(entry.Arrow))
            .Select(entry => $"{entry.Arrow} is not drawn: {string.Join("; ", entry.Types)}"),
    ];

    /// <summary>The folders that reach themselves along drawn arrows; empty when nothing does.</summary>
    public IReadOnlyCollection<string> Cycle()
    {
        var left = arrows.ToArray();
        var before = 0;
        while (left.Length != before)
        {
            before = left.Length;
            var sources = left.Select(arrow => arrow.From).ToHashSet();
            var targets = left.Select(arrow => arrow.To).ToHashSet();
            left = [.. left.Where(arrow => sources.Contains(arrow.To) && targets.Contains(arrow.From))];
        }

        return [.. left.Select(arrow => arrow.From).Distinct().Order(StringComparer.Ordinal)];
    }

    private void Add(string line)
    {
        if (Node().Match(line) is { Success: true } node)
        {
            folders.Add(node.Groups["name"].Value);
            return;
        }

        if (Arrow().Match(line) is not { Success: true } arrow)
        {
            throw new InvalidDataException($"'{line}' is neither a node nor an arrow.");
        }

        foreach (var from in Names(arrow.Groups["from"].Value))
        {
            foreach (var to in Names(arrow.Groups["to"].Value))
            {
                folders.UnionWith([from, to]);
                arrows.Add(new FolderArrow(from, to));
            }
        }
    }

    private static string[] Names(string list) => list.Split('&', StringSplitOptions.TrimEntries);

    [GeneratedRegex("```mermaid\n *flowchart [A-Z]+\n(?<lines>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Flowchart();

    [GeneratedRegex("""^(?<name>\w+)(\["[^"]*"\])?$""")]
    private static partial Regex Node();

    [GeneratedRegex(@"^(?<from>\w+( & \w+)*) --> (?<to>\w+( & \w+)*)$")]
    private static partial Regex Arrow();
}
