using System.Buffers.Binary;

namespace Pipeline.Shared.Imaging;

/// <summary>Iterates over the markers of a JPEG (ITU-T T.81, annex B).</summary>
/// <param name="file">A JPEG file, or its beginning.</param>
internal ref struct JpegMarkers(ReadOnlySpan<byte> file)
{
    /// <summary>EOI</summary>
    public const byte EndOfImage = 0xD9;

    private const byte StartOfImage = 0xD8;
    private const byte FirstRestart = 0xD0;
    private const byte LastRestart = 0xD7;
    private const byte Temporary = 0x01;

    private readonly ReadOnlySpan<byte> file = file;

    /// <summary>Offset of the first unread byte.</summary>
    public int Position { get; private set; }

    /// <summary>Offset of the last marker, including the fill bytes before it.</summary>
    public int Start { get; private set; }

    /// <summary>Whether no length follows a marker.</summary>
    public static bool HasNoLength(byte marker) =>
        marker is StartOfImage or Temporary or (>= FirstRestart and <= LastRestart);

    /// <summary>
    /// The next marker's code; null at the end of the file. Everything else is skipped: compressed data, in which FF is followed by 00,
    /// and stray bytes.
    /// </summary>
    public byte? Next()
    {
        while (true)
        {
            var distance = file[Position..].IndexOf((byte)0xFF);
            if (distance < 0)
            {
                return null;
            }

            Position += distance;
            Start = Position;
            while (Position < file.Length && file[Position] == 0xFF)
            {
                Position++;
            }

            if (Position == file.Length)
            {
                return null;
            }

            var code = file[Position];
            Position++;
            if (code != 0)
            {
                return code;
            }
        }
    }

    /// <summary>Reads the bytes after a marker's length, including any thumbnail in them.</summary>
    public bool TryReadSegment(out ReadOnlySpan<byte> segment)
    {
        segment = default;
        var rest = file[Position..];
        if (rest.Length < 2)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (length < 2 || length > rest.Length)
        {
            return false;
        }

        segment = rest[2..length];
        Position += length;
        return true;
    }
}
