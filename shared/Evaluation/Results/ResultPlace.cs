using Pipeline.Shared.Text;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>Where results have a detection: an entry of a JSON list, or a line of a text file. The text is made when needed.</summary>
internal readonly record struct ResultPlace
{
    private readonly string path;
    private readonly int number;
    private readonly bool isLine;

    private ResultPlace(string path, int number, bool isLine)
    {
        this.path = path;
        this.number = number;
        this.isLine = isLine;
    }

    /// <param name="path">A file of COCO's results.</param>
    /// <param name="index">Of the entry, from 0.</param>
    public static ResultPlace Entry(string path, int index) => new(path, index, isLine: false);

    /// <param name="path">A file of KITTI's results.</param>
    /// <param name="line">From 1.</param>
    public static ResultPlace Line(string path, int line) => new(path, line, isLine: true);

    /// <summary>Such as <c>results[17].score</c>; null for a line.</summary>
    public string? JsonPath(string member) => isLine ? null : $"results[{number}]{(member.Length == 0 ? "" : ".")}{member}";

    /// <summary>An error here.</summary>
    /// <param name="member">Such as <c>score</c>; of an entry.</param>
    /// <param name="message">What is wrong, and what to do.</param>
    public UserErrorException Error(string member, string message) => new($"{Text(member)}: {Excerpt.Line(message)}");

    /// <summary>File and line, or file and JSON path.</summary>
    public string Text(string member) => isLine ? $"{path}:{number}" : $"{path}: {JsonPath(member)}";
}
