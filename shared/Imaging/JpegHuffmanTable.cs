namespace Pipeline.Shared.Imaging;

/// <summary>
/// One Huffman table of a sequential JPEG (ITU-T T.81, annex F), made for skipping coefficients: a code gives the number of bits that it
/// and the number after it take, and how many coefficients they cover. The number itself is not needed.
/// </summary>
internal sealed class JpegHuffmanTable
{
    /// <summary>Codes up to this length are found in one step.</summary>
    public const int LookaheadBits = 10;

    /// <summary>A step has the number of bits in its lowest six bits, and the move above them.</summary>
    public const int MoveShift = 6;

    /// <summary>Mask for the number of bits in a step.</summary>
    public const int BitsMask = 63;

    private const int LongestCode = 16;
    private const int Coefficients = 64;

    private readonly byte[] symbols;
    private readonly bool isOfDifferences;

    /// <summary>The first code of each length; <see cref="firstSymbols"/> has the index of its symbol.</summary>
    private readonly int[] firstCodes = new int[LongestCode + 1];

    private readonly int[] firstSymbols = new int[LongestCode + 1];
    private readonly int[] counts = new int[LongestCode + 1];

    private JpegHuffmanTable(ReadOnlySpan<byte> countsOfLengths, ReadOnlySpan<byte> symbols, bool isOfDifferences)
    {
        this.symbols = symbols.ToArray();
        this.isOfDifferences = isOfDifferences;
        var code = 0;
        var symbol = 0;
        for (var length = 1; length <= LongestCode; length++)
        {
            firstCodes[length] = code;
            firstSymbols[length] = symbol;
            counts[length] = countsOfLengths[length - 1];
            code = (code + counts[length]) << 1;
            symbol += counts[length];
        }

        for (var lookahead = 0; lookahead < Steps.Length; lookahead++)
        {
            Steps[lookahead] = (ushort)Find(lookahead << (LongestCode - LookaheadBits), LookaheadBits);
        }
    }

    /// <summary>The step for every value of the next bits; 0 where the code is longer or invalid.</summary>
    public ushort[] Steps { get; } = new ushort[1 << LookaheadBits];

    /// <param name="countsOfLengths">Number of codes of 1 to 16 bits.</param>
    /// <param name="symbols">The symbols, in the order of their codes.</param>
    /// <param name="isOfDifferences">Whether it is for the first coefficient (DC) rather than the others (AC).</param>
    /// <returns>The table; null when there are more codes than their lengths allow, which the decoder refuses.</returns>
    public static JpegHuffmanTable? Create(ReadOnlySpan<byte> countsOfLengths, ReadOnlySpan<byte> symbols, bool isOfDifferences)
    {
        var free = 1;
        foreach (var count in countsOfLengths)
        {
            free = 2 * free - count;
            if (free < 0)
            {
                return null;
            }
        }

        var hasTooLongNumber = isOfDifferences && symbols.ContainsAnyExceptInRange((byte)0, (byte)15);
        return hasTooLongNumber ? null : new JpegHuffmanTable(countsOfLengths, symbols, isOfDifferences);
    }

    /// <param name="bits">The next 16 bits.</param>
    /// <returns>The step; 0 when no code begins with these bits.</returns>
    public int FindLong(int bits) => Find(bits, LongestCode);

    private int Find(int bits, int longest)
    {
        for (var length = 1; length <= longest; length++)
        {
            var index = (bits >> (LongestCode - length)) - firstCodes[length];
            if (index >= 0 && index < counts[length])
            {
                return Step(length, symbols[firstSymbols[length] + index]);
            }
        }

        return 0;
    }

    private int Step(int codeBits, byte symbol)
    {
        var numberBits = symbol & 15;
        return (codeBits + numberBits) | Move(symbol) << MoveShift;
    }

    /// <summary>Number of coefficients: zeros and the one after them; 16 zeros; or all to the end of the block.</summary>
    private int Move(byte symbol)
    {
        const int SixteenZeros = 0xF0;
        if (isOfDifferences)
        {
            return 1;
        }

        if (symbol == SixteenZeros || (symbol & 15) != 0)
        {
            return (symbol >> 4) + 1;
        }

        return Coefficients;
    }
}
