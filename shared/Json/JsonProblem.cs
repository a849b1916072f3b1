using System.Text.Json;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Json;

/// <summary>What to say about a text that is not JSON.</summary>
internal static class JsonProblem
{
    /// <param name="exception">The reader's.</param>
    /// <param name="isAtEnd">Whether all of the file had been read.</param>
    /// <param name="rest">What follows, from the value that is wrong.</param>
    public static string Of(JsonException exception, bool isAtEnd, ReadOnlySpan<byte> rest)
    {
        if (isAtEnd)
        {
            return "the file ends too early; it was cut off, copy it again.";
        }

        if (Begins(rest, "NaN"u8) || Begins(rest, "Infinity"u8))
        {
            return "NaN and Infinity are not JSON, although Python writes them; replace them by numbers or null.";
        }

        var reason = exception.Message.Split(" LineNumber:")[0].Replace(" Change the reader options.", "", StringComparison.Ordinal);
        return $"this is not JSON: {Excerpt.Line(reason)}";
    }

    /// <summary>Whether the text begins with a word, or ends within it.</summary>
    private static bool Begins(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        var length = Math.Min(text.Length, word.Length);
        return length > 0 && text[..length].SequenceEqual(word[..length]);
    }
}
