using System.Text;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>Opens JSON files: UTF-8, or UTF-16 as some editors and shells write it.</summary>
internal static class CocoFile
{
    private const int LongestMark = 3;

    /// <param name="path">The file.</param>
    /// <returns>Its content as UTF-8 without byte order mark; dispose it.</returns>
    /// <exception cref="UserErrorException">It cannot be opened.</exception>
    public static Stream Open(string path)
    {
        Stream file = InputFile.Open(path, "annotation file");
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

        return beginning.StartsWith("{\0"u8) ? (Encoding.Unicode, 0) : (null, 0);
    }
}
