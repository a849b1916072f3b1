namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>Ranks scores in descending order; equal scores keep their order (a radix sort, least digit first).</summary>
internal static class ScoreOrder
{
    private const int DigitBits = 11;
    private const int Digits = 1 << DigitBits;

    /// <summary>Indices of the scores, the highest first.</summary>
    /// <param name="scores">Finite.</param>
    public static int[] Descending(ReadOnlySpan<double> scores)
    {
        var keys = new ulong[scores.Length];
        var order = new int[scores.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            keys[i] = KeyOf(scores[i]);
            order[i] = i;
        }

        var otherKeys = new ulong[keys.Length];
        var otherOrder = new int[order.Length];
        var counts = new int[Digits];
        for (var shift = 0; shift < 64; shift += DigitBits)
        {
            if (!CountDigits(keys, shift, counts))
            {
                continue;
            }

            for (var i = 0; i < keys.Length; i++)
            {
                var at = counts[DigitOf(keys[i], shift)]++;
                otherKeys[at] = keys[i];
                otherOrder[at] = order[i];
            }

            Swap(ref keys, ref otherKeys);
            Swap(ref order, ref otherOrder);
        }

        return order;
    }

    /// <summary>A number that is the smaller, the higher the score; −0 and 0 are equal.</summary>
    private static ulong KeyOf(double score)
    {
        var bits = BitConverter.DoubleToUInt64Bits(score == 0 ? 0 : score);
        var isNegative = bits >> 63 != 0;
        return isNegative ? bits : ~bits & long.MaxValue;
    }

    /// <summary>Turns the digits at a place into the index at which each begins; false if all keys have the same one.</summary>
    private static bool CountDigits(ulong[] keys, int shift, int[] counts)
    {
        Array.Clear(counts);
        foreach (var key in keys)
        {
            counts[DigitOf(key, shift)]++;
        }

        var isMixed = keys.Length > 0 && counts[DigitOf(keys[0], shift)] < keys.Length;
        var start = 0;
        for (var digit = 0; digit < counts.Length; digit++)
        {
            var count = counts[digit];
            counts[digit] = start;
            start += count;
        }

        return isMixed;
    }

    private static int DigitOf(ulong key, int shift) => (int)(key >> shift) & (Digits - 1);

    private static void Swap<T>(ref T first, ref T second)
    {
        var before = first;
        first = second;
        second = before;
    }
}
