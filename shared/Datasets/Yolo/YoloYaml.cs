using Pipeline.Shared.Files;
using Pipeline.Shared.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>
/// Reads YAML that may come from anywhere: plain text, lists and maps, of bounded size and depth. Aliases, which could repeat a text
/// without end, are refused; tags mean nothing.
/// </summary>
internal static class YoloYaml
{
    private const long MaxFileBytes = 1_000_000;
    private const int MaxDepth = 16;

    /// <summary>Whether a file has the extension.</summary>
    public static bool IsOne(string path) => Path.GetExtension(path).ToLowerInvariant() is ".yaml" or ".yml";

    /// <param name="path">The file.</param>
    /// <returns>The top-level map of its first document.</returns>
    /// <exception cref="UserErrorException">It cannot be read, or is not such YAML; the message has file and line.</exception>
    public static YamlMappingNode Read(string path)
    {
        var text = InputFile.ReadText(path, "YAML file", MaxFileBytes);
        var parser = new Parser(new StringReader(text));
        try
        {
            RequireBounded(parser);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count > 0 && stream.Documents[0].RootNode is YamlMappingNode map
                ? map
                : throw new UserErrorException($"{path}:1: a map is expected, such as 'names: [cat, dog]'.");
        }
        catch (YamlException exception)
        {
            throw Unreadable($"{path}:{exception.Start.Line}", exception);
        }
        catch (Exception exception) when (exception is not UserErrorException)   // damaged text makes the parser throw any kind
        {
            throw Unreadable($"{path}:{parser.Current?.End.Line ?? 1}", exception);
        }
    }

    /// <summary>A node's place: file and line.</summary>
    public static string At(string path, YamlNode node) => $"{path}:{node.Start.Line}";

    /// <summary>Goes through the text without building anything.</summary>
    private static void RequireBounded(Parser parser)
    {
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw new YamlException(parser.Current.Start, parser.Current.End, $"more than {MaxDepth} levels inside each other.");
            }

            if (parser.Current is AnchorAlias alias)
            {
                throw new YamlException(alias.Start, alias.End, $"the alias *{alias.Value} is not read; write out what it stands for.");
            }
        }
    }

    private static UserErrorException Unreadable(string at, Exception exception) =>
        new($"{at}: this is not YAML that can be read: {Excerpt.Line(exception.Message)}", exception);
}
