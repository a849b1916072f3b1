using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Shared;

namespace Pipeline.Serving.Configuration;

/// <summary>A size of images for which a model is warmed up.</summary>
/// <param name="WidthPixels">Width in pixels.</param>
/// <param name="HeightPixels">Height in pixels.</param>
public readonly partial record struct WarmUpSize(int WidthPixels, int HeightPixels)
{
    /// <summary>Reads <c>WIDTHxHEIGHT</c>.</summary>
    /// <exception cref="UserErrorException">The text is not a size, or a side is not one that an image may have.</exception>
    public static WarmUpSize Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success || !TryParse(match.Groups[1].ValueSpan, out var width) || !TryParse(match.Groups[2].ValueSpan, out var height))
        {
            throw new UserErrorException(
                $"WarmUpSizes: '{text}' is not a size; write width and height in pixels, from 1 to "
                + $"{LimitOptions.LargestSidePixels.ToString(CultureInfo.InvariantCulture)} each, such as 1242x375.");
        }

        return new WarmUpSize(width, height);
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{WidthPixels}x{HeightPixels}");

    private static bool TryParse(ReadOnlySpan<char> digits, out int side)
    {
        var isNumber = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out side);
        return isNumber && side is >= 1 and <= LimitOptions.LargestSidePixels;
    }

    [GeneratedRegex(@"^([0-9]{1,5})[xX]([0-9]{1,5})\z")]
    private static partial Regex Pattern();
}
