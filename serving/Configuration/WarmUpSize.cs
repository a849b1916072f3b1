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
    /// <exception cref="UserErrorException">The text is not a size, or is one that no image may have.</exception>
    public static WarmUpSize Parse(string text) => TryRead(text) is { } size ? size : throw new UserErrorException(Refusal(text));

    /// <summary>What is wrong with a text that should be <c>WIDTHxHEIGHT</c>; null when nothing is.</summary>
    public static string? Problem(string text) => TryRead(text) is null ? Refusal(text) : null;

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{WidthPixels}x{HeightPixels}");

    private static WarmUpSize? TryRead(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var width = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var height = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        var isAllowed = width <= LimitOptions.LargestSidePixels
            && height <= LimitOptions.LargestSidePixels
            && (long)width * height is > 0 and <= LimitOptions.LargestPixels;
        return isAllowed ? new WarmUpSize(width, height) : null;
    }

    private static string Refusal(string text) => string.Create(
        CultureInfo.InvariantCulture,
        $"'{text}' is not a size to warm up for; write width and height in pixels, up to {LimitOptions.LargestSidePixels} each and "
        + $"{LimitOptions.LargestPixels} in all, as 1242x375.");

    [GeneratedRegex(@"^([0-9]{1,5})[xX]([0-9]{1,5})\z")]
    private static partial Regex Pattern();
}
