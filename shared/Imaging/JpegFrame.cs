namespace Pipeline.Shared.Imaging;

/// <summary>The components of a JPEG, and how much of each coefficient the scans so far have sent.</summary>
internal sealed class JpegFrame
{
    private const int Coefficients = 64;
    private const int ComponentsAt = 5;
    private const int BytesOfComponent = 3;
    private const int NothingSent = byte.MaxValue;

    private readonly bool progressive;
    private readonly byte[] identifiers;

    /// <summary>The lowest bit that was sent of each component's coefficients, component after component.</summary>
    private readonly byte[] lowestBits;

    private JpegFrame(bool progressive, byte[] identifiers)
    {
        this.progressive = progressive;
        this.identifiers = identifiers;
        lowestBits = new byte[identifiers.Length * Coefficients];
        Array.Fill(lowestBits, (byte)NothingSent);
    }

    /// <summary>Whether the scans so far say that there must be others.</summary>
    public bool HasSeveralScans { get; private set; }

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
        for (var i = 0; i < count; i++)
        {
            identifiers[i] = components[i * BytesOfComponent];
        }

        // The progressive ones, with Huffman's and with arithmetic coding, and the two that add to another frame.
        var progressive = marker is 0xC2 or 0xC6 or 0xCA or 0xCE;
        return new JpegFrame(progressive, identifiers);
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
