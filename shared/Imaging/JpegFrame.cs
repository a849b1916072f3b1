using System.Buffers.Binary;

namespace Pipeline.Shared.Imaging;

/// <summary>The components of a JPEG, and how much of each coefficient the scans so far contain.</summary>
internal sealed class JpegFrame
{
    private const int Coefficients = 64;
    private const int ComponentsOffset = 5;
    private const int BytesPerComponent = 3;
    private const int PixelsPerBlock = 8;

    /// <summary>Sampling of a single component, whatever the file says.</summary>
    private const byte OneBlock = 0x11;
    private const int NothingSent = byte.MaxValue;

    private readonly bool progressive;
    private readonly byte[] identifiers;

    /// <summary>Of each component: blocks per unit, horizontally in the upper four bits, vertically in the lower.</summary>
    private readonly byte[] samplings;

    /// <summary>The lowest bit so far of each coefficient, component after component.</summary>
    private readonly byte[] lowestBits;

    private JpegFrame(bool progressive, byte[] identifiers, byte[] samplings)
    {
        this.progressive = progressive;
        this.identifiers = identifiers;
        this.samplings = samplings;
        lowestBits = new byte[identifiers.Length * Coefficients];
        Array.Fill(lowestBits, (byte)NothingSent);
    }

    /// <summary>Whether the scans so far imply that there are more.</summary>
    public bool HasSeveralScans { get; private set; }

    /// <summary>Whether it has 8 bits per sample, sends all coefficients in one pass, and uses Huffman codes.</summary>
    public bool IsHuffmanSequential { get; private init; }

    /// <summary>Units (MCU) of a scan with all components; 0 when the height follows only after it.</summary>
    public long Units { get; private init; }

    /// <summary>What the scans lack, for a message; null when they are complete.</summary>
    public string? Missing
    {
        get
        {
            if (Array.TrueForAll(lowestBits, bit => bit == 0))
            {
                return null;
            }

            return Array.Exists(lowestBits, bit => bit == NothingSent) ? "scans are missing" : "the scans of the finest detail are missing";
        }
    }

    /// <summary>Whether a marker starts a frame: SOF0 to SOF15, without DHT, JPG and DAC in between.</summary>
    public static bool IsStart(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <param name="marker">The marker.</param>
    /// <param name="segment">Precision, height, width, number of components, and three bytes for each.</param>
    /// <returns>The frame; null when the segment is too short for it.</returns>
    public static JpegFrame? Read(byte marker, ReadOnlySpan<byte> segment)
    {
        if (segment.Length <= ComponentsOffset)
        {
            return null;
        }

        var count = segment[ComponentsOffset];
        var components = segment[(ComponentsOffset + 1)..];
        if (count == 0 || components.Length < count * BytesPerComponent)
        {
            return null;
        }

        var identifiers = new byte[count];
        var samplings = new byte[count];
        var across = 1;
        var down = 1;
        for (var i = 0; i < count; i++)
        {
            var component = components.Slice(i * BytesPerComponent, BytesPerComponent);
            identifiers[i] = component[0];
            samplings[i] = count == 1 ? OneBlock : component[1];
            across = Math.Max(across, samplings[i] >> 4);
            down = Math.Max(down, samplings[i] & 15);
        }

        // Progressive with Huffman or arithmetic coding, and the two kinds that refine another frame.
        var progressive = marker is 0xC2 or 0xC6 or 0xCA or 0xCE;
        var height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        var width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        return new JpegFrame(progressive, identifiers, samplings)
        {
            IsHuffmanSequential = marker is 0xC0 or 0xC1 && segment[0] == 8,
            Units = UnitsOf(width, across) * UnitsOf(height, down),
        };
    }

    /// <summary>Blocks of a component in one unit of a scan with all components.</summary>
    public int BlocksPerUnit(byte identifier)
    {
        var component = Array.IndexOf(identifiers, identifier);
        var sampling = samplings[component];
        return (sampling >> 4) * (sampling & 15);
    }

    /// <param name="segment">Number of components, two bytes for each, first and last coefficient, bits before and after.</param>
    /// <returns>False when the scan does not match the frame and the scans before it.</returns>
    public bool TryAddScan(ReadOnlySpan<byte> segment)
    {
        var count = segment.IsEmpty ? 0 : segment[0];
        var end = 1 + 2 * count;
        if (count == 0 || segment.Length < end + 3)
        {
            return false;
        }

        HasSeveralScans |= progressive || count < identifiers.Length;
        var first = progressive ? segment[end] : 0;
        var last = progressive ? segment[end + 1] : Coefficients - 1;
        var bitBefore = progressive ? segment[end + 2] >> 4 : 0;
        var lowestBit = progressive ? segment[end + 2] & 15 : 0;
        if (first > last || last >= Coefficients)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (!TrySend(segment[1 + 2 * i], first, last, bitBefore, (byte)lowestBit))
            {
                return false;
            }
        }

        return true;
    }

    private static long UnitsOf(int pixels, int blocks)
    {
        var pixelsPerUnit = PixelsPerBlock * blocks;
        return (pixels + pixelsPerUnit - 1) / pixelsPerUnit;
    }

    private bool TrySend(byte identifier, int first, int last, int bitBefore, byte lowestBit)
    {
        var known = false;
        for (var component = 0; component < identifiers.Length; component++)
        {
            if (identifiers[component] != identifier)
            {
                continue;
            }

            known = true;
            var sent = lowestBits.AsSpan(component * Coefficients + first, last - first + 1);
            if (bitBefore != 0 && sent.ContainsAnyExcept((byte)bitBefore))
            {
                return false;
            }

            sent.Fill(lowestBit);
        }

        return known;
    }
}
