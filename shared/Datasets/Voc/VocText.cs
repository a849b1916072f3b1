using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>
/// The text of an annotation file in the encoding that its byte order mark or its XML declaration names: UTF-8, UTF-16, and the code
/// pages of older tools (<c>gb2312</c>, <c>windows-1251</c>).
/// </summary>
internal static partial class VocText
{
    private const int DeclarationBytes = 256;

    /// <param name="content">The file's bytes.</param>
    /// <param name="path">Named in messages.</param>
    /// <exception cref="UserErrorException">The encoding is unknown, or the bytes are not text in it.</exception>
    public static string Decode(byte[] content, string path)
    {
        var (name, markBytes) = EncodingOf(content);
        var encoding = Strict(name)
            ?? throw new UserErrorException($"{path}:1: the encoding '{name}' is unknown; save the file as UTF-8.");
        try
        {
            return encoding.GetString(content, markBytes, content.Length - markBytes);
        }
        catch (DecoderFallbackException exception)
        {
            var line = 1 + content.AsSpan(0, Math.Clamp(exception.Index + markBytes, 0, content.Length)).Count((byte)'\n');
            throw new UserErrorException(
                $"{path}:{line}: this is not text in {name}; save the file as UTF-8, or state its encoding in the XML declaration.",
                exception);
        }
    }

    private static (string Name, int MarkBytes) EncodingOf(ReadOnlySpan<byte> content) => content switch
    {
        [0xEF, 0xBB, 0xBF, ..] => ("utf-8", 3),
        [0xFF, 0xFE, ..] => ("utf-16", 2),
        [0xFE, 0xFF, ..] => ("utf-16BE", 2),
        [(byte)'<', 0, ..] => ("utf-16", 0),
        [0, (byte)'<', ..] => ("utf-16BE", 0),
        _ => (Declared(content), 0),
    };

    /// <summary>A declaration that can be read byte by byte is not in UTF-16, whatever it says.</summary>
    private static string Declared(ReadOnlySpan<byte> content)
    {
        var beginning = Encoding.Latin1.GetString(content[..Math.Min(content.Length, DeclarationBytes)]);
        var name = Declaration().Match(beginning).Groups["name"].Value;
        return name.Length == 0 || name.StartsWith("utf-16", StringComparison.OrdinalIgnoreCase) ? "utf-8" : name;
    }

    private static Encoding? Strict(string name)
    {
        try
        {
            return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            var provider = CodePagesEncodingProvider.Instance;
            return provider.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
    }

    [GeneratedRegex("""^\s*<\?xml[^>]*?\sencoding\s*=\s*["'](?<name>[A-Za-z][A-Za-z0-9._:-]*)["']""")]
    private static partial Regex Declaration();
}
