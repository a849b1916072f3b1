using System.Buffers.Binary;

namespace Pipeline.Shared.Imaging;

/// <summary>
/// Checks that a JPEG is complete. The decoder uses the scans it finds, so it returns a blurred picture for a progressive file that ends
/// early, not an error.
/// </summary>
/// <remarks>
/// <para>
/// A progressive file, and a sequential file whose first scan has only some of the components, must reach its end marker, and its scans
/// together must contain all 64 coefficients of every component down to the lowest bit. Bytes after the end marker are allowed. In a
/// sequential file of one scan the blocks are counted.
/// </para>
/// <para>
/// The compressed data of several scans is not checked: a last scan that was cut off and then closed with an end marker goes unnoticed,
/// and so do bits that changed within a scan. A cut in an earlier scan is found, because the later scans are missing. Arithmetic coding,
/// 12 bits per sample and tables outside the file are left to the decoder.
/// </para>
/// </remarks>
internal ref struct JpegScans
{
    /// <summary>Real files have about ten scans; each costs the decoder a pass over the whole image.</summary>
    private const int MaxScans = 200;

    private const byte StartOfScan = 0xDA;
    private const byte DefineTables = 0xC4;
    private const byte DefineRestarts = 0xDD;

    private readonly ReadOnlySpan<byte> file;
    private readonly JpegHuffmanTables tables = new();

    private JpegMarkers markers;
    private JpegFrame? frame;
    private int restartInterval;
    private int scans;

    private JpegScans(ReadOnlySpan<byte> file)
    {
        this.file = file;
        markers = new JpegMarkers(file);
    }

    /// <param name="file">A JPEG file.</param>
    /// <returns>What is missing, for a message; null when the file is complete.</returns>
    public static string? Problem(ReadOnlySpan<byte> file) => new JpegScans(file).Walk();

    private string? Walk()
    {
        while (markers.Next() is { } marker)
        {
            if (marker == JpegMarkers.EndOfImage)
            {
                return frame is null ? "it has no frame" : frame.Missing;
            }

            if (JpegMarkers.HasNoLength(marker))
            {
                continue;
            }

            if (!markers.TryReadSegment(out var segment))
            {
                return "a segment is longer than the file";
            }

            if (JpegFrame.IsStart(marker))
            {
                frame = JpegFrame.Read(marker, segment);
            }

            if (marker == DefineTables)
            {
                tables.Define(segment);
            }

            if (marker == DefineRestarts && segment.Length >= 2)
            {
                restartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
            }

            if (marker != StartOfScan)
            {
                continue;
            }

            if (frame is null || !frame.TryAddScan(segment))
            {
                return "a scan does not match those before it";
            }

            if (!frame.HasSeveralScans)
            {
                var scan = JpegSequentialScan.Create(frame, segment, tables);
                return scan?.Problem(file[markers.Position..], restartInterval);
            }

            scans++;
            if (scans > MaxScans)
            {
                return $"it has more than {MaxScans} scans";
            }
        }

        return "its end marker is missing";
    }
}
