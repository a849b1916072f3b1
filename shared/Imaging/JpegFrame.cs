using System.Buffers.Binary;

namespace Pipeline.Shared.Imaging;

/// <summary>The components of a JPEG, and how much of each coefficient the scans so far have sent.</summary>
internal sealed class JpegFrame
{
    private const int Coefficients = 64;
    private const int ComponentsAt = 5;
    private const int BytesOfComponent = 3;
    private const int PixelsOfBlock = 8;

    /// <summary>What a single component has, whatever it says.</summary>
    private const byte OneBlock = 0x11;
    private const int NothingSent = byte.MaxValue;

    private readonly bool progressive;
    private readonly byte[] identifiers;

    /// <summary>Of each component: blocks of a unit across in the upper four bits, down in the lower.</summary>
    private readonly byte[] samplings;

    /// <summary>The lowest bit that was sent of each component's coefficients, component after component.</summary>
    private readonly byte[] lowestBits;

    private JpegFrame(bool progressive, byte[] identifiers, byte[] samplings)
    {
        this.progressive = progressive;
        this.identifiers = identifiers;
        this.samplings = samplings;
        lowestBits = new byte[identifiers.Length * Coefficients];
        Array.Fill(lowestBits, (byte)NothingSent);
    }

    /// <summary>Whether the scans so far say that there must be others.</summary>
    public bool HasSeveralScans { get; private set; }

    /// <summary>Whether it has 8 bits, one pass over the coefficients, and Huffman codes.</summary>
    public bool IsHuffmanSequential { get; private init; }

    /// <summary>Units (MCU) of a scan that has all components; 0 when the height is told only behind it.</summary>
    public long Units { get; private init; }

    /// <summary>What the scans have not sent, for a message; null when all is there.</summary>
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

    /// <summary>Whether a marker starts a frame: SOF0 to SOF15, without DHT, JPG and DAC that lie between.</summary>
    public static bool IsStart(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <param name="marker">The marker.</param>
    /// <param name="segment">Precision, height, width, number of components, and three bytes for each.</param>
    /// <returns>The frame; null when the segment is too short for it.</returns>
    public static JpegFrame? Read(byte marker, ReadOnlySpan<byte> segment)
    {
        if (segment.Length <= ComponentsAt)
        {
            return null;
        }

        var count = segment[ComponentsAt];
        var components = segment[(ComponentsAt + 1)..];
        if (count == 0 || components.Length < count * BytesOfComponent)
        {
            return null;
        }

        var identifiers = new byte[count];
        var samplings = new byte[count];
        var across = 1;
        var down = 1;
        for (var i = 0; i < count; i++)
        {
            var component = components.Slice(i * BytesOfComponent, BytesOfComponent);
            identifiers[i] = component[0];
            samplings[i] = count == 1 ? OneBlock : component[1];
            across = Math.Max(across, samplings[i] >> 4);
            down = Math.Max(down, samplings[i] & 15);
        }

        // The progressive ones, with Huffman's and with arithmetic coding, and the two that add to another frame.
        var progressive = marker is 0xC2 or 0xC6 or 0xCA or 0xCE;
        var height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        var width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        return new JpegFrame(progressive, identifiers, samplings)
        {
            IsHuffmanSequential = marker is 0xC0 or 0xC1 && segment[0] == 8,
            Units = UnitsOf(width, across) * UnitsOf(height, down),
        };
    }

    /// <summary>Blocks of a component in a unit of a scan that has all components.</summary>
    public int BlocksOfUnit(byte identifier)
    {
        var component = Array.IndexOf(identifiers, identifier);
        var sampling = samplings[component];
        return (sampling >> 4) * (sampling & 15);
    }

    /// <param name="segment">Number of components, two bytes for each, first and last coefficient, bits before and after.</param>
    /// <returns>Whether the scan fits to the frame and to the scans before.</returns>
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
        var pixelsOfUnit = PixelsOfBlock * blocks;
        return (pixels + pixelsOfUnit - 1) / pixelsOfUnit;
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
