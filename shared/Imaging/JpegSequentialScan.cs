namespace Pipeline.Shared.Imaging;

/// <summary>
/// Counts the blocks in the only scan of a sequential JPEG: where the data ends before the picture, the decoder fills the rest with gray
/// and reports success if there is an end marker. Much more data than the picture needs is a sign of damage too.
/// </summary>
internal sealed class JpegSequentialScan
{
    private const int RestartNumbers = 8;

    /// <summary>
    /// Some cameras write a few bytes before the end marker. More than this part of the file comes from a gap: zeros are short blocks.
    /// </summary>
    private const int LeftOverBytesOfCameras = 64;

    private const int LeftOverPart = 16;

    private readonly JpegHuffmanTable[] firstTables;
    private readonly JpegHuffmanTable[] otherTables;
    private readonly long units;

    private JpegSequentialScan(long units, JpegHuffmanTable[] firstTables, JpegHuffmanTable[] otherTables)
    {
        this.units = units;
        this.firstTables = firstTables;
        this.otherTables = otherTables;
    }

    /// <param name="frame">The frame.</param>
    /// <param name="segment">The scan's header; the scan has all components of the frame.</param>
    /// <param name="tables">Tables of the codes.</param>
    /// <returns>The scan; null when it is coded differently or lacks a table, which is left to the decoder.</returns>
    public static JpegSequentialScan? Create(JpegFrame frame, ReadOnlySpan<byte> segment, JpegHuffmanTables tables)
    {
        if (!frame.IsHuffmanSequential || frame.Units == 0)
        {
            return null;
        }

        var firsts = new List<JpegHuffmanTable>();
        var others = new List<JpegHuffmanTable>();
        for (var i = 0; i < segment[0]; i++)
        {
            var slots = segment[2 + 2 * i];
            var first = tables.OfDifferences(slots >> 4);
            var other = tables.OfOthers(slots & 15);
            if (first is null || other is null)
            {
                return null;
            }

            var blocks = frame.BlocksPerUnit(segment[1 + 2 * i]);
            firsts.AddRange(Enumerable.Repeat(first, blocks));
            others.AddRange(Enumerable.Repeat(other, blocks));
        }

        return new JpegSequentialScan(frame.Units, [.. firsts], [.. others]);
    }

    /// <param name="data">The file from the scan's first byte on.</param>
    /// <param name="restartInterval">Units between two restarts; 0 for none.</param>
    /// <returns>What is wrong, for a message; null when the scan is complete.</returns>
    public string? Problem(ReadOnlySpan<byte> data, int restartInterval)
    {
        var blocks = new JpegBlocks(data);
        var untilRestart = restartInterval;
        var restart = 0;
        for (long unit = 0; unit < units; unit++)
        {
            if (restartInterval > 0 && untilRestart == 0)
            {
                if (!blocks.TryRestart(restart))
                {
                    return "a part of its scan is missing";
                }

                restart = (restart + 1) % RestartNumbers;
                untilRestart = restartInterval;
            }

            untilRestart--;
            for (var block = 0; block < firstTables.Length; block++)
            {
                if (!blocks.TrySkip(firstTables[block], otherTables[block]))
                {
                    return "its scan has an invalid code";
                }
            }

            if (blocks.IsPastEnd)
            {
                return $"its scan ends after {100 * unit / units} % of the picture";
            }
        }

        blocks.NextMarker();
        var tolerated = Math.Max(LeftOverBytesOfCameras, data.Length / LeftOverPart);
        return blocks.LeftOverBytes > tolerated ? "its scan has more data than the picture" : null;
    }
}
