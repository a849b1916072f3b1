using System.Text.RegularExpressions;
using System.Xml;
using Pipeline.Shared.Files;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>
/// Reads XML that may come from anywhere: its size, depth and number of elements are bounded, a document type is refused, and nothing
/// outside the file is ever opened.
/// </summary>
internal static partial class VocXml
{
    private const long MaxFileBytes = 16_000_000;
    private const int MaxDepth = 64;
    private const int MaxNodes = 1_000_000;

    /// <param name="path">The file.</param>
    /// <returns>Its root element.</returns>
    /// <exception cref="UserErrorException">It cannot be read, or is not such XML; the message has file and line.</exception>
    public static VocElement Read(string path) => Parse(VocText.Decode(ReadBytes(path), path), path);

    public static byte[] ReadBytes(string path) => InputFile.ReadBytes(path, "annotation file", MaxFileBytes);

    /// <summary>Empty lines before the declaration, which XML forbids and people have, are skipped.</summary>
    private static VocElement Parse(string text, string path)
    {
        var content = text.AsSpan().TrimStart("\uFEFF \t\r\n");
        var linesBefore = text.AsSpan(0, text.Length - content.Length).Count('\n');
        using var reader = XmlReader.Create(new StringReader(content.ToString()), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
        });
        var place = (IXmlLineInfo)reader;
        try
        {
            return Root(reader, line => linesBefore + line);
        }
        catch (XmlException exception)
        {
            throw Error(exception, content, path, linesBefore);
        }
        catch (InvalidDataException exception)
        {
            throw new UserErrorException($"{path}:{linesBefore + place.LineNumber}: {exception.Message}", exception);
        }
    }

    private static VocElement Root(XmlReader reader, Func<int, int> lineOf)
    {
        VocElement? root = null;
        var open = new Stack<VocElement>();
        var nodes = 0;
        while (reader.Read())
        {
            nodes++;
            if (nodes > MaxNodes || reader.Depth > MaxDepth)
            {
                throw new InvalidDataException($"more than {MaxNodes:N0} elements, or more than {MaxDepth} inside each other.");
            }

            if (reader.NodeType == XmlNodeType.Element)
            {
                var element = new VocElement(reader.LocalName, lineOf(((IXmlLineInfo)reader).LineNumber));
                root ??= element;
                if (open.TryPeek(out var parent))
                {
                    parent.Add(element);
                }

                if (!reader.IsEmptyElement)
                {
                    open.Push(element);
                }
            }
            else if (reader.NodeType == XmlNodeType.EndElement)
            {
                open.Pop();
            }
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && open.TryPeek(out var element))
            {
                element.AddText(reader.Value);
            }
        }

        return root!;
    }

    private static UserErrorException Error(XmlException exception, ReadOnlySpan<char> content, string path, int linesBefore)
    {
        if (DocumentType(content) is { } at)
        {
            var line = linesBefore + 1 + content[..at].Count('\n');
            return new UserErrorException(
                $"{path}:{line}: a document type (<!DOCTYPE …>) and the entities that it defines are never read; remove it.",
                exception);
        }

        var reason = Excerpt.Line(Position().Replace(exception.Message, ""));
        return new UserErrorException(
            $"{path}:{linesBefore + Math.Max(1, exception.LineNumber)}: this is not valid XML: {reason}",
            exception);
    }

    /// <summary>The index of a document type before the first element; null when there is none.</summary>
    private static int? DocumentType(ReadOnlySpan<char> content)
    {
        var at = content.IndexOf("<!DOCTYPE", StringComparison.Ordinal);
        var root = FirstElement().EnumerateMatches(content);
        var isBeforeRoot = at >= 0 && (!root.MoveNext() || at < root.Current.Index);
        return isBeforeRoot ? at : null;
    }

    [GeneratedRegex(@"\s*Line \d+, position \d+\.$")]
    private static partial Regex Position();

    [GeneratedRegex("<[A-Za-z_]")]
    private static partial Regex FirstElement();
}
