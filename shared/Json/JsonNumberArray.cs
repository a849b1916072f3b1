using System.Buffers;

namespace Pipeline.Shared.Json;

/// <summary>
/// Arrays of numbers and of such arrays, as polygons are. They are most of a file and mostly not needed, so their end is found without a
/// look at each number.
/// </summary>
internal static class JsonNumberArray
{
    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789.,+-eE "u8);

    /// <param name="text">What follows the first bracket.</param>
    /// <returns>
    /// Length to the end of the last bracket; −1 when something else is in the array, a comma or a number at a bracket is wrong, or it has
    /// no end here.
    /// </returns>
    public static int Length(ReadOnlySpan<byte> text)
    {
        var depth = 1;
        var end = 0;
        while (depth > 0)
        {
            var next = text[end..].IndexOfAnyExcept(NumberBytes);
            if (next < 0)
            {
                return -1;
            }

            var before = text[..(end + next)].TrimEnd((byte)' ');
            var last = before.IsEmpty ? (byte)'[' : before[^1];
            var opens = text[end + next] == '[' && (last is (byte)'[' or (byte)',');
            var closes = text[end + next] == ']' && (last is (byte)'[' or (byte)']' || char.IsAsciiDigit((char)last));
            if (!opens && !closes)
            {
                return -1;
            }

            depth += opens ? 1 : -1;
            end += next + 1;
        }

        return end;
    }
}
