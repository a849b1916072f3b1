using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Pipeline.Shared.Reports.Pages;

/// <summary>Text that comes from files of others, made safe for a page.</summary>
public static class HtmlText
{
    private const char Replacement = '\uFFFD';
    private static readonly SearchValues<char> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    /// <summary>Encoded for content and for quoted attributes; control characters and halves of surrogate pairs are replaced.</summary>
    public static string Encode(string text) => WebUtility.HtmlEncode(WithoutControls(text));

    /// <summary>Encoded, and kept apart from what stands around it: a name that is written from right to left turns nothing else.</summary>
    public static string Name(string text) => $"<bdi>{Encode(text)}</bdi>";

    /// <summary>A number as SVG and CSS want it: at most two decimals, a point as the decimal sign.</summary>
    public static string Number(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);

    private static string WithoutControls(string text)
    {
        if (text.AsSpan().IndexOfAny(Controls) < 0)
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            clean.Append(char.IsControl(character) && character is not ('\n' or '\t') ? Replacement : character);
        }

        return clean.ToString();
    }
}
