using System.Buffers;
using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Evaluation.Records;

/// <summary>Files with one JSON record a line. A record is there when its line has an end: a line without one was being written.</summary>
internal static class RecordLines
{
    private const int LongestLineBytes = 64_000_000;
    private const int FirstBufferBytes = 64 * 1024;

    /// <summary>Reads the records of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="add">Receives each record ; it returns what is wrong with the record, or null.</param>
    /// <returns>Bytes of the complete lines; what follows was torn off.</returns>
    /// <exception cref="UserErrorException">A line is not a record; the file and the line are named.</exception>
    public static long Read<T>(string path, Func<T, string?> add)
    {
        using var stream = InputFile.Open(path, "file of records");
        var buffer = new byte[FirstBufferBytes];
        var filled = 0;
        var complete = 0L;
        var line = 0;
        while (true)
        {
            var read = stream.Read(buffer, filled, buffer.Length - filled);
            if (read == 0)
            {
                return complete;
            }

            filled += read;
            var start = 0;
            while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is var length and >= 0)
            {
                line++;
                if (add(Parse<T>(path, line, buffer.AsSpan(start, length))) is { } problem)
                {
                    throw Wrong(path, line, problem);
                }

                start += length + 1;
            }

            complete += start;
            filled -= start;
            buffer.AsSpan(start, filled).CopyTo(buffer);
            buffer = Room(buffer, filled, path, line + 1);
        }
    }

    /// <summary>Writes all records of a file.</summary>
    public static void Write<T>(Stream stream, IEnumerable<T> records)
    {
        foreach (var record in records)
        {
            stream.Write(Line(record));
        }
    }

    /// <summary>A record as a line.</summary>
    public static byte[] Line<T>(T record)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(line))
        {
            JsonSerializer.Serialize(writer, record, RecordJson.Options);
        }

        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }

    private static UserErrorException Wrong(string path, int line, string what, Exception? cause = null)
    {
        var message = $"{path}:{line}: {what}; begin the run again with --force, or in another folder.";
        return cause is null ? new UserErrorException(message) : new UserErrorException(message, cause);
    }

    private static T Parse<T>(string path, int line, ReadOnlySpan<byte> text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, RecordJson.Options) ?? throw new JsonException();
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw Wrong(path, line, "this line is damaged", exception);
        }
    }

    private static byte[] Room(byte[] buffer, int filled, string path, int line)
    {
        if (filled < buffer.Length)
        {
            return buffer;
        }

        if (filled >= LongestLineBytes)
        {
            throw Wrong(path, line, "this line is longer than any that the program writes");
        }

        Array.Resize(ref buffer, 2 * buffer.Length);
        return buffer;
    }
}
