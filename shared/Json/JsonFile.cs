using System.Text;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Json;

/// <summary>Opens JSON files: UTF-8, or UTF-16 as some editors and shells write it.</summary>
internal static class JsonFile
{
    private const int LongestMark = 3;

    /// <param name="path">The file.</param>
    /// <param name="noun">What it should be, such as "annotation file".</param>
    /// <returns>Its content as UTF-8 without byte order mark; dispose it.</returns>
    /// <exception cref="UserErrorException">It cannot be opened.</exception>
    public static Stream Open(string path, string noun = "annotation file")
    {
        Stream file = InputFile.Open(path, noun);
        Span<byte> mark = stackalloc byte[LongestMark];
        var read = file.ReadAtLeast(mark, LongestMark, throwOnEndOfStream: false);
        var (encoding, markBytes) = EncodingOf(mark[..read]);
        file.Position = markBytes;
        return encoding is null ? file : Encoding.CreateTranscodingStream(file, encoding, Encoding.UTF8);
    }

    /// <returns>The encoding, null for UTF-8, and the length of the byte order mark.</returns>
    private static (Encoding? Encoding, int MarkBytes) EncodingOf(ReadOnlySpan<byte> beginning)
    {
        if (beginning.StartsWith(Encoding.UTF8.Preamble))
        {
            return (null, Encoding.UTF8.Preamble.Length);
        }

        if (beginning.StartsWith(Encoding.Unicode.Preamble))
        {
            return (Encoding.Unicode, Encoding.Unicode.Preamble.Length);
        }

        if (beginning.StartsWith(Encoding.BigEndianUnicode.Preamble))
        {
            return (Encoding.BigEndianUnicode, Encoding.BigEndianUnicode.Preamble.Length);
        }

        var isUtf16 = beginning.StartsWith("{\0"u8) || beginning.StartsWith("[\0"u8);
        return isUtf16 ? (Encoding.Unicode, 0) : (null, 0);
    }
}
