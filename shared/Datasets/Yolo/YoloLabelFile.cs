using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>Reads label files: an object a line.</summary>
internal static class YoloLabelFile
{
    private const long MaxFileBytes = 16_000_000;

    /// <summary>Every line that is not empty, with its object or with what is wrong with it.</summary>
    /// <param name="path">The file; it may be empty.</param>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public static IReadOnlyList<YoloLabelLine> Read(string path)
    {
        var lines = new List<YoloLabelLine>();
        var seen = new Dictionary<YoloObject, int>();
        var number = 0;
        foreach (var line in InputFile.ReadText(path, "label file", MaxFileBytes).AsSpan().EnumerateLines())
        {
            number++;
            if (!line.IsWhiteSpace())
            {
                lines.Add(WithoutRepetition(Line(line, number, $"{path}:{number}"), seen, $"{path}:{number}"));
            }
        }

        return lines;
    }

    public static byte[] ReadBytes(string path) => InputFile.ReadBytes(path, "label file", MaxFileBytes);

    private static YoloLabelLine Line(ReadOnlySpan<char> line, int number, string at)
    {
        var findings = new List<Finding>();
        try
        {
            return new YoloLabelLine(number, YoloLineParser.Parse(line, at, findings), findings);
        }
        catch (UserErrorException exception)
        {
            return new YoloLabelLine(number, null, [new Finding(at, exception.Message)]);
        }
    }

    private static YoloLabelLine WithoutRepetition(YoloLabelLine line, Dictionary<YoloObject, int> seen, string at)
    {
        if (line.Object is not { } found || seen.TryAdd(found, line.Number))
        {
            return line;
        }

        var finding = new Finding(at, $"this is the same object as in line {seen[found]}; it counts once.")
        {
            Summary = "lines repeat an object of their file, which counts once",
        };
        return line with { Object = null, Findings = [.. line.Findings, finding] };
    }
}
