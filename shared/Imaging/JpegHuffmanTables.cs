namespace Pipeline.Shared.Imaging;

/// <summary>
/// The Huffman tables that a JPEG has defined so far: four for first coefficients (DC), four for the others (AC). A table is built only
/// on request, because a file may define more tables than it has scans.
/// </summary>
internal sealed class JpegHuffmanTables
{
    private const int Slots = 4;
    private const int Lengths = 16;

    private readonly byte[]?[] definitionsOfDifferences = new byte[]?[Slots];
    private readonly byte[]?[] definitionsOfOthers = new byte[]?[Slots];
    private readonly JpegHuffmanTable?[] ofDifferences = new JpegHuffmanTable?[Slots];
    private readonly JpegHuffmanTable?[] ofOthers = new JpegHuffmanTable?[Slots];

    /// <param name="slot">The slot in the scan's header.</param>
    /// <returns>The table; null when it is undefined or damaged.</returns>
    public JpegHuffmanTable? OfDifferences(int slot)
    {
        if (slot >= Slots)
        {
            return null;
        }

        ofDifferences[slot] ??= Build(definitionsOfDifferences[slot], isOfDifferences: true);
        return ofDifferences[slot];
    }

    /// <param name="slot">The slot in the scan's header.</param>
    /// <returns>The table; null when it is undefined or damaged.</returns>
    public JpegHuffmanTable? OfOthers(int slot)
    {
        if (slot >= Slots)
        {
            return null;
        }

        ofOthers[slot] ??= Build(definitionsOfOthers[slot], isOfDifferences: false);
        return ofOthers[slot];
    }

    /// <param name="segment">Tables, each of a class and a slot, 16 counts, and symbols. Damaged tables are left out.</param>
    public void Define(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > Lengths)
        {
            var isOfDifferences = segment[0] >> 4 == 0;
            var slot = segment[0] & 15;
            var definitionBytes = Lengths;
            foreach (var count in segment.Slice(1, Lengths))
            {
                definitionBytes += count;
            }

            var definitions = segment[1..];
            if (slot >= Slots || definitionBytes > definitions.Length)
            {
                return;
            }

            var tables = isOfDifferences ? ofDifferences : ofOthers;
            tables[slot] = null;
            var slots = isOfDifferences ? definitionsOfDifferences : definitionsOfOthers;
            slots[slot] = definitions[..definitionBytes].ToArray();
            segment = definitions[definitionBytes..];
        }
    }

    private static JpegHuffmanTable? Build(byte[]? definition, bool isOfDifferences) =>
        definition is null
            ? null
            : JpegHuffmanTable.Create(definition.AsSpan(0, Lengths), definition.AsSpan(Lengths), isOfDifferences);
}
