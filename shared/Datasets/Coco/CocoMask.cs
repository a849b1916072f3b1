using System.Text.Json;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// The box around a run-length encoded mask, as pycocotools' <c>toBbox</c> has it: from the first pixel to the end of the last. Runs go
/// down the columns and alternate between outside and inside; they are numbers, or pycocotools' text with six bits a character.
/// </summary>
internal static class CocoMask
{
    private const int MostRuns = 1 << 22;
    private const int LongestText = 1 << 24;
    private const long LargestSide = 1 << 20;

    private const char FirstDigit = '0';
    private const int BitsOfDigit = 5;
    private const int MoreFollows = 0x20, SignBit = 0x10, ValueBits = 0x1F, MostBits = 60;

    /// <summary>Reads the object at whose start the tokens are: <c>{"size": [height, width], "counts": …}</c>.</summary>
    /// <returns>Null when it is no mask, or an empty one.</returns>
    public static Box? Extent(ref JsonTokens json)
    {
        List<long>? runs = null;
        List<long>? size = null;
        while (json.ReadName())
        {
            var isCounts = json.Is("counts"u8);
            var isSize = json.Is("size"u8);
            json.Read();
            if (isCounts)
            {
                runs = json.Type == JsonTokenType.String ? Decode(json.Text(LongestText)) : Numbers(ref json);
            }
            else if (isSize)
            {
                size = Numbers(ref json);
            }

            json.Skip();
        }

        var isSized = size is [> 0 and <= LargestSide, > 0 and <= LargestSide];
        return isSized && runs is not null ? Extent(runs, height: size![0], width: size[1]) : null;
    }

    private static List<long>? Numbers(ref JsonTokens json)
    {
        if (json.Type != JsonTokenType.StartArray)
        {
            return null;
        }

        var numbers = new List<long>();
        var isValid = true;
        while (json.ReadElement())
        {
            isValid = isValid && json.TryWhole(out var number) && number >= 0 && numbers.Count < MostRuns;
            json.TryWhole(out number);
            if (isValid)
            {
                numbers.Add(number);
            }

            json.Skip();
        }

        return isValid ? numbers : null;
    }

    /// <summary>pycocotools' <c>rleFrString</c>: each run from the fourth on is the difference to the one two before it.</summary>
    private static List<long>? Decode(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var runs = new List<long>();
        long value = 0;
        var bits = 0;
        foreach (var character in text)
        {
            var digit = character - FirstDigit;
            if (digit is < 0 or > (MoreFollows | ValueBits) || bits >= MostBits || runs.Count >= MostRuns)
            {
                return null;
            }

            value |= (long)(digit & ValueBits) << bits;
            bits += BitsOfDigit;
            if ((digit & MoreFollows) != 0)
            {
                continue;
            }

            var isNegative = (digit & SignBit) != 0;
            value |= isNegative ? -1L << bits : 0;
            value += runs.Count > 2 ? runs[^2] : 0;
            if (value < 0)
            {
                return null;
            }

            runs.Add(value);
            value = 0;
            bits = 0;
        }

        return bits == 0 ? runs : null;
    }

    private static Box? Extent(List<long> runs, long height, long width)
    {
        var left = long.MaxValue;
        var top = long.MaxValue;
        var right = -1L;
        var bottom = -1L;
        var pixel = 0L;
        for (var i = 0; i < runs.Count; i++)
        {
            var end = pixel + runs[i];
            if (end < pixel || end > height * width)
            {
                return null;
            }

            var isInside = i % 2 == 1;
            if (isInside && end > pixel)
            {
                var isOneColumn = pixel / height == (end - 1) / height;
                left = Math.Min(left, pixel / height);
                right = Math.Max(right, (end - 1) / height);
                top = Math.Min(top, isOneColumn ? pixel % height : 0);
                bottom = Math.Max(bottom, isOneColumn ? (end - 1) % height : height - 1);
            }

            pixel = end;
        }

        return right < 0 ? null : new Box(X1: left, Y1: top, X2: right + 1, Y2: bottom + 1);
    }
}
