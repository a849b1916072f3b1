using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Pipeline.Shared.Numbers;

/// <summary>
/// The numbers that a setting accepts, and the only way to parse them: with '.' as decimal separator whatever the machine's culture,
/// without thousands separators, finite, and within the range.
/// </summary>
/// <typeparam name="T"><see cref="int"/>, <see cref="long"/>, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="Least">The smallest accepted number.</param>
/// <param name="Most">The largest accepted number.</param>
public sealed record NumberRange<T>(T Least, T Most)
    where T : struct, INumber<T>, IMinMaxValue<T>
{
    private const NumberStyles WholeStyle = NumberStyles.AllowLeadingSign;
    private const NumberStyles FractionStyle = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
    private const int MaxShownLength = 40;

    private static readonly SearchValues<char> Characters = SearchValues.Create("0123456789+-.eE");
    private static readonly bool IsWhole = typeof(T) == typeof(int) || typeof(T) == typeof(long);

    /// <summary>Whether the two ends are excluded.</summary>
    public bool ExcludesEnds { get; init; }

    /// <summary>Whether a number is in the range; NaN never is.</summary>
    public bool Contains(T value) => ExcludesEnds ? value > Least && value < Most : value >= Least && value <= Most;

    /// <summary>Parses a number.</summary>
    /// <param name="text">The text to parse.</param>
    /// <param name="value">The number; 0 when the text is refused.</param>
    /// <returns>False when the text is not a number, is not finite, or is out of range.</returns>
    public bool TryParse(ReadOnlySpan<char> text, out T value)
    {
        // .NET's parser skips trailing NUL characters.
        var isPlain = !text.ContainsAnyExcept(Characters);
        var isNumber = T.TryParse(text, IsWhole ? WholeStyle : FractionStyle, CultureInfo.InvariantCulture, out value);
        if (isPlain && isNumber && T.IsFinite(value) && Contains(value))
        {
            return true;
        }

        value = T.Zero;
        return false;
    }

    /// <summary>Why a text is refused: its source, the text, and the accepted numbers.</summary>
    /// <param name="source">The option, variable or parameter.</param>
    /// <param name="text">The text to parse.</param>
    public string Refusal(string source, string text)
    {
        var shown = text.Length <= MaxShownLength ? text : text[..MaxShownLength] + "…";
        return $"{source}: '{shown}' is not {this}.";
    }

    /// <summary>The range in words, such as "a number from 0 to 1".</summary>
    public override string ToString()
    {
        var kind = IsWhole ? "a whole number" : "a number";
        var ends = string.Create(CultureInfo.InvariantCulture, $"{Least} to {Most}");
        return ExcludesEnds ? $"{kind} from {ends}, both ends excluded" : $"{kind} from {ends}";
    }
}
