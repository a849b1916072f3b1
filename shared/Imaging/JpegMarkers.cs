using System.Buffers.Binary;

namespace Pipeline.Shared.Imaging;

/// <summary>Walks the markers of a JPEG (ITU-T T.81, annex B).</summary>
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

    /// <summary>Where the bytes begin that were not read yet.</summary>
    public int Position { get; private set; }

    /// <summary>Where the last marker begins, with the fill bytes before it.</summary>
    public int Start { get; private set; }

    /// <summary>Whether no length follows a marker.</summary>
    public static bool HasNoLength(byte marker) =>
        marker is StartOfImage or Temporary or (>= FirstRestart and <= LastRestart);

    /// <summary>
    /// The next marker's code; null at the end of the file. What is not a marker is skipped: compressed data, in which FF is followed
    /// by 00, and bytes that do not belong there.
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

    /// <summary>The bytes behind a marker's length; those of a thumbnail are among them.</summary>
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
