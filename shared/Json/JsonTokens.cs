using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Json;

/// <summary>The tokens of a JSON text of any length, read through a buffer that holds one token at least.</summary>
internal ref struct JsonTokens
{
    /// <summary>Of the buffer, unless a token is longer.</summary>
    public const int UsualBufferBytes = 1 << 18;

    private const int MaxTokenBytes = 1 << 26;
    private const int MaxDepth = 64;
    private const int ShownBytes = 40;
    private const double LargestExact = 9007199254740992;   // 2^53

    private readonly Stream stream;
    private readonly string path;
    private byte[] buffer;
    private int start;
    private int filled;
    private bool isAtEnd;
    private Utf8JsonReader reader;
    private int passedTo;
    private long lines;
    private long passedOnLine;

    /// <param name="stream">UTF-8 without byte order mark.</param>
    /// <param name="path">Named in messages.</param>
    /// <param name="bufferBytes">Of the first buffer.</param>
    public JsonTokens(Stream stream, string path, int bufferBytes = UsualBufferBytes)
    {
        this.stream = stream;
        this.path = path;
        buffer = ArrayPool<byte>.Shared.Rent(bufferBytes);
        var options = new JsonReaderOptions { MaxDepth = MaxDepth };
        reader = new Utf8JsonReader([], isFinalBlock: false, new JsonReaderState(options));
    }

    /// <summary>Of the current token.</summary>
    public readonly JsonTokenType Type => reader.TokenType;

    /// <summary>Gives the buffer back.</summary>
    public readonly void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

    /// <summary>Moves to the next token; false after the last.</summary>
    /// <exception cref="JsonException">This is not JSON, or it ends too early; <see cref="Error"/> says where.</exception>
    /// <exception cref="UserErrorException">A token is too long.</exception>
    public bool Read()
    {
        while (!reader.Read())
        {
            if (isAtEnd)
            {
                return false;
            }

            Fill();
        }

        return true;
    }

    /// <summary>Moves past the value at whose first token this is: to its last token.</summary>
    public void Skip()
    {
        var isNested = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        if (!isNested || (reader.TokenType == JsonTokenType.StartArray && TrySkipNumbers()))
        {
            return;
        }

        var depth = reader.CurrentDepth;
        do
        {
            Read();
        }
        while (reader.CurrentDepth > depth);
    }

    /// <summary>From the start of an array, or the last token of an element: moves to the next element; false at the array's end.</summary>
    public bool ReadElement() => Read() && reader.TokenType != JsonTokenType.EndArray;

    /// <summary>From the start of an object, or the last token of a value: moves to the next name; false at the object's end.</summary>
    public bool ReadName() => Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Whether the current token is this name.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) =>
        reader.ValueIsEscaped ? Name() == Encoding.UTF8.GetString(name) : reader.ValueSpan.SequenceEqual(name);

    /// <summary>The current token, a name; empty when it is not valid Unicode.</summary>
    public readonly string Name()
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>The current token as a number; false when it is none, or not a finite one.</summary>
    public readonly bool TryNumber(out double number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out number) && double.IsFinite(number);
    }

    /// <summary>
    /// The current token as a whole number (3, 3.0 and 3e0); false when it is none, or so large that not every program reads it exactly.
    /// </summary>
    public readonly bool TryWhole(out long number)
    {
        number = 0;
        if (reader.TokenType != JsonTokenType.Number)
        {
            return false;
        }

        if (reader.TryGetInt64(out number))
        {
            return number is >= -(long)LargestExact and <= (long)LargestExact;
        }

        var isWhole = reader.TryGetDouble(out var value) && value == Math.Truncate(value) && Math.Abs(value) <= LargestExact;
        number = isWhole ? (long)value : 0;
        return isWhole;
    }

    /// <summary>The current token as text; null when it is none, is too long, or not valid Unicode.</summary>
    /// <param name="maxLength">Longest text, in UTF-8 bytes of the file.</param>
    public readonly string? Text(int maxLength)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > maxLength)
        {
            return null;
        }

        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The current token as the file has it, for messages; the beginning of a long one.</summary>
    public readonly string Shown()
    {
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            return reader.TokenType == JsonTokenType.StartArray ? "an array" : "an object";
        }

        var bytes = reader.ValueSpan;
        var isLong = bytes.Length > ShownBytes;
        var text = Encoding.UTF8.GetString(isLong ? bytes[..ShownBytes] : bytes) + (isLong ? "…" : "");
        return Excerpt.Line(reader.TokenType == JsonTokenType.String ? $"\"{text}\"" : text);
    }

    /// <summary>What to say about an error of the text: file, line, byte, and what to do.</summary>
    /// <param name="exception">The reader's.</param>
    /// <param name="where">The value that was being read, such as <c>results[17].score</c>; null: not known.</param>
    public readonly UserErrorException Error(JsonException exception, string? where = null)
    {
        var rest = buffer.AsSpan((start + (int)reader.BytesConsumed)..filled).TrimStart(" \t\r\n,:[-"u8);
        var place = exception.BytePositionInLine + (exception.LineNumber == lines ? passedOnLine : 0);
        var at = string.Create(CultureInfo.InvariantCulture, $"{path}: line {exception.LineNumber + 1}, byte {place + 1}");
        at = where is null ? at : $"{at} ({where})";
        return new UserErrorException($"{at}: {JsonProblem.Of(exception, isAtEnd, rest)}", exception);
    }

    /// <summary>
    /// Moves past an array that holds nothing but numbers and such arrays, as polygons are, without a look at each number: they are most
    /// of a file.
    /// </summary>
    /// <returns>False, at the same token, when it holds something else, is not wholly in the buffer, or has a comma too many.</returns>
    private bool TrySkipNumbers()
    {
        var first = start + (int)reader.BytesConsumed;
        var length = JsonNumberArray.Length(buffer.AsSpan(first..filled));
        if (length < 0)
        {
            return false;
        }

        PassTo(first + length - 1);
        return true;
    }

    /// <summary>Moves to the last bracket of the current array, all on one line. The reader's places of errors lack these bytes.</summary>
    private void PassTo(int lastBracket)
    {
        var first = start + (int)reader.BytesConsumed;
        CountLinesTo(first);
        passedOnLine += lastBracket - first;
        passedTo = lastBracket;
        start = lastBracket;
        reader = new Utf8JsonReader(buffer.AsSpan(start..filled), isAtEnd, reader.CurrentState);
        reader.Read();
    }

    /// <summary>Counts the lines that end before a byte of the buffer; what was passed on an earlier one no longer matters.</summary>
    private void CountLinesTo(int end)
    {
        var ended = buffer.AsSpan(passedTo..end).Count((byte)'\n');
        lines += ended;
        passedOnLine = ended > 0 ? 0 : passedOnLine;
        passedTo = end;
    }

    /// <summary>Keeps the part of a token that is there and reads on behind it.</summary>
    private void Fill()
    {
        var consumed = start + (int)reader.BytesConsumed;
        var kept = filled - consumed;
        CountLinesTo(consumed);
        passedTo = 0;
        if (kept == buffer.Length)
        {
            Grow();
        }

        buffer.AsSpan(consumed, kept).CopyTo(buffer);
        var added = stream.Read(buffer, kept, buffer.Length - kept);
        filled = kept + added;
        isAtEnd = added == 0;
        start = 0;
        reader = new Utf8JsonReader(buffer.AsSpan(0, filled), isAtEnd, reader.CurrentState);
    }

    private void Grow()
    {
        if (buffer.Length >= MaxTokenBytes)
        {
            throw new UserErrorException(
                $"{path}: a text or number in it is longer than {MaxTokenBytes:N0} bytes; remove it.");
        }

        var larger = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
