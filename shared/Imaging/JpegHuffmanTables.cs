namespace Pipeline.Shared.Imaging;

/// <summary>The Huffman tables that a JPEG has defined so far: four for first coefficients (DC), four for the others (AC).</summary>
internal sealed class JpegHuffmanTables
{
    private const int Slots = 4;
    private const int Lengths = 16;

    private readonly JpegHuffmanTable?[] ofDifferences = new JpegHuffmanTable?[Slots];
    private readonly JpegHuffmanTable?[] ofOthers = new JpegHuffmanTable?[Slots];

    /// <param name="slot">0..3</param>
    public JpegHuffmanTable? OfDifferences(int slot) => slot < Slots ? ofDifferences[slot] : null;

    /// <param name="slot">0..3</param>
    public JpegHuffmanTable? OfOthers(int slot) => slot < Slots ? ofOthers[slot] : null;

    /// <param name="segment">Tables, each of a class and a slot, 16 counts, and symbols. What is damaged is left out.</param>
    public void Define(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > Lengths)
        {
            var isOfDifferences = segment[0] >> 4 == 0;
            var slot = segment[0] & 15;
            var counts = segment.Slice(1, Lengths);
            var rest = segment[(1 + Lengths)..];
            var total = 0;
            foreach (var count in counts)
            {
                total += count;
            }

            if (slot >= Slots || total > rest.Length)
            {
                return;
            }

            var table = JpegHuffmanTable.Create(counts, rest[..total], isOfDifferences);
            var slots = isOfDifferences ? ofDifferences : ofOthers;
            slots[slot] = table;
            segment = rest[total..];
        }
    }
}
