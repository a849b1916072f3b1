namespace Pipeline.Shared.Imaging;

/// <summary>
/// Counts the blocks in the one scan of a sequential JPEG: where the data end before the picture does, the decoder paints the rest
/// gray, and calls that a success when there is an end marker. Data that go on much longer are those of a damaged file, too.
/// </summary>
internal sealed class JpegSequentialScan
{
    private const int RestartNumbers = 8;

    /// <summary>
    /// Some put a few bytes before the end marker. More of them than a part of the file come from a hole: zeros are short blocks.
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
    /// <returns>The scan; null when it is coded in another way, or lacks a table: that is the decoder's business.</returns>
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

            var blocks = frame.BlocksOfUnit(segment[1 + 2 * i]);
            firsts.AddRange(Enumerable.Repeat(first, blocks));
            others.AddRange(Enumerable.Repeat(other, blocks));
        }

        return new JpegSequentialScan(frame.Units, [.. firsts], [.. others]);
    }

    /// <param name="data">From the scan's first byte on.</param>
    /// <param name="restartInterval">Units between two restarts; 0 for none.</param>
    /// <returns>What is missing, for a message; null when nothing is.</returns>
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
