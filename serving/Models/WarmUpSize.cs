using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Shared;

namespace Pipeline.Serving.Models;

/// <summary>A size of images for which a version is warmed up before it is ready.</summary>
/// <param name="WidthPixels">Width in pixels.</param>
/// <param name="HeightPixels">Height in pixels.</param>
internal readonly partial record struct WarmUpSize(int WidthPixels, int HeightPixels)
{
    /// <summary>Reads <c>WIDTHxHEIGHT</c>.</summary>
    /// <exception cref="UserErrorException">It is not two positive numbers of at most five digits.</exception>
    public static WarmUpSize Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
        {
            throw new UserErrorException($"warm-up size '{text}': give WIDTHxHEIGHT in pixels, as 1242x375.");
        }

        return new WarmUpSize(Number(match.Groups[1]), Number(match.Groups[2]));
    }

    /// <summary>The size, or as much of it as a model accepts.</summary>
    public WarmUpSize Within(int maxSidePixels) => new(Math.Min(WidthPixels, maxSidePixels), Math.Min(HeightPixels, maxSidePixels));

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{WidthPixels} x {HeightPixels}");

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex("^([1-9][0-9]{0,4})x([1-9][0-9]{0,4})$")]
    private static partial Regex Pattern();
}
