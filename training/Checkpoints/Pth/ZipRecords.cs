using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>A record of the archive.</summary>
/// <param name="Name">Below the archive's one root folder.</param>
/// <param name="Start">Where its bytes begin in the file.</param>
/// <param name="Length">Its bytes; they are stored as they are.</param>
/// <param name="Crc32">Of the bytes.</param>
internal readonly record struct ZipRecord(string Name, long Start, long Length, uint Crc32);

/// <summary>
/// The zip archives that PyTorch writes: one root folder, nothing compressed. Both directories must agree, no two records may share
/// bytes; so what was checked is what is read.
/// </summary>
internal static class ZipRecords
{
    private const uint EndSignature = 0x06054b50;
    private const uint End64Signature = 0x06064b50;
    private const uint Locator64Signature = 0x07064b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;
    private const int EndBytes = 22, End64Bytes = 56, Locator64Bytes = 20, CentralBytes = 46, LocalBytes = 30;
    private const int MaxDirectoryBytes = 64 << 20;
    private const ushort Encrypted = 1, SizesFollow = 8, Zip64Extra = 1;

    /// <summary>The records by name.</summary>
    /// <exception cref="FormatException">The archive is broken, or not of PyTorch's kind.</exception>
    public static IReadOnlyDictionary<string, ZipRecord> Read(Stream stream)
    {
        var (count, start, length) = FindDirectory(stream);
        if (length > MaxDirectoryBytes || length < count * CentralBytes)
        {
            throw new FormatException($"a directory of {length} bytes for {count} records");
        }

        var directory = Bytes(stream, start, (int)length);
        var records = new Dictionary<string, ZipRecord>(StringComparer.Ordinal);
        var extents = new List<(long From, long To)>();
        string? root = null;
        var at = 0;
        for (var i = 0L; i < count; i++)
        {
            var (full, header, record) = Entry(directory, ref at);
            var slash = full.IndexOf('/', StringComparison.Ordinal);
            var folder = slash > 0 ? full[..slash] : throw new FormatException($"record '{full}' is in no folder: {PthFile.NotOurs}");
            root ??= folder;
            if (folder != root || full.Split('/').Contains("..") || full.Contains('\\', StringComparison.Ordinal))
            {
                throw new FormatException($"record '{full}' is outside the archive's folder '{root}': {PthFile.NotOurs}");
            }

            var begin = DataStart(stream, header, full, record, start);
            extents.Add((header, begin + record.Length));
            if (!records.TryAdd(full[(slash + 1)..], record with { Name = full[(slash + 1)..], Start = begin }))
            {
                throw new FormatException($"record '{full}' occurs twice");
            }
        }

        extents.Sort();
        for (var i = 1; i < extents.Count; i++)
        {
            if (extents[i].From < extents[i - 1].To)
            {
                throw new FormatException("two records share bytes");
            }
        }

        return at == directory.Length ? records : throw new FormatException("the directory is longer than its records");
    }

    private static (long Count, long Start, long Length) FindDirectory(Stream stream)
    {
        var tail = Bytes(
            stream,
            Math.Max(0, stream.Length - EndBytes - ushort.MaxValue),
            (int)Math.Min(stream.Length, EndBytes + ushort.MaxValue)).AsSpan();
        for (var offset = tail.Length - EndBytes; offset >= 0; offset--)
        {
            var end = tail[offset..];
            if (U32(end) != EndSignature || U16(end[20..]) != end.Length - EndBytes)
            {
                continue;
            }

            var position = stream.Length - end.Length;
            var count = (long)U16(end[10..]);
            var length = (long)U32(end[12..]);
            var start = (long)U32(end[16..]);
            var locator = position >= Locator64Bytes + End64Bytes
                ? Bytes(stream, position - Locator64Bytes, Locator64Bytes)
                : new byte[Locator64Bytes];
            if (U32(locator) == Locator64Signature)
            {
                position = I64(locator.AsSpan(8));
                if (position < 0 || position > stream.Length - End64Bytes)
                {
                    throw new FormatException($"its end record points outside the file: {PthFile.Damaged}");
                }

                var end64 = Bytes(stream, position, End64Bytes);
                if (U32(end64) != End64Signature)
                {
                    throw new FormatException($"its end record is broken: {PthFile.Damaged}");
                }

                count = I64(end64.AsSpan(32));
                length = I64(end64.AsSpan(40));
                start = I64(end64.AsSpan(48));
            }

            var isInFile = length >= 0 && length <= position && start >= 0 && start <= position - length;
            var holdsEntries = count >= 0 && count <= length / CentralBytes;
            return isInFile && holdsEntries
                ? (count, start, length)
                : throw new FormatException($"its end record does not fit the file: {PthFile.Damaged}");
        }

        throw new FormatException($"the archive has no directory: {PthFile.Damaged}");
    }

    private static (string Name, long Header, ZipRecord Record) Entry(ReadOnlySpan<byte> directory, ref int at)
    {
        var entry = directory[at..];
        if (entry.Length < CentralBytes || U32(entry) != CentralSignature)
        {
            throw new FormatException($"the directory is broken: {PthFile.Damaged}");
        }

        var flags = U16(entry[8..]);
        var method = U16(entry[10..]);
        var crc = U32(entry[16..]);
        var packed = (long)U32(entry[20..]);
        var length = (long)U32(entry[24..]);
        var header = (long)U32(entry[42..]);
        var nameLength = U16(entry[28..]);
        var extraLength = U16(entry[30..]);
        var commentLength = U16(entry[32..]);
        var size = CentralBytes + nameLength + extraLength + commentLength;
        if (size > entry.Length || nameLength == 0)
        {
            throw new FormatException($"the directory is broken: {PthFile.Damaged}");
        }

        var name = Encoding.UTF8.GetString(entry.Slice(CentralBytes, nameLength));
        var extra = entry.Slice(CentralBytes + nameLength, extraLength);
        while (extra.Length >= 4)
        {
            var id = U16(extra);
            var bytes = U16(extra[2..]);
            if (bytes > extra.Length - 4)
            {
                throw new FormatException($"record '{name}' has a broken extra field");
            }

            if (id == Zip64Extra)
            {
                var numbers = extra.Slice(4, bytes);
                Widen(ref length, ref numbers);
                Widen(ref packed, ref numbers);
                Widen(ref header, ref numbers);
            }

            extra = extra[(4 + bytes)..];
        }

        if (name.Contains("/code/", StringComparison.Ordinal) && name.EndsWith(".py", StringComparison.Ordinal))
        {
            throw new FormatException(PthFile.TorchScript);
        }

        if (method != 0 || packed != length || (flags & Encrypted) != 0)
        {
            throw new FormatException($"record '{name}' is compressed or encrypted: {PthFile.NotOurs}");
        }

        at += size;
        return (name, header, new ZipRecord(name, 0, length, crc));
    }

    private static void Widen(ref long value, ref ReadOnlySpan<byte> numbers)
    {
        if (value == uint.MaxValue && numbers.Length >= 8)
        {
            value = I64(numbers);
            numbers = numbers[8..];
        }
    }

    private static long DataStart(Stream stream, long header, string name, ZipRecord record, long directoryStart)
    {
        if (header < 0 || record.Length < 0 || header > directoryStart - LocalBytes)
        {
            throw new FormatException($"record '{name}' is outside the file: {PthFile.Damaged}");
        }

        var local = Bytes(stream, header, LocalBytes).AsSpan();
        var nameLength = U16(local[26..]);
        var begin = header + LocalBytes + nameLength + U16(local[28..]);
        if (U32(local) != LocalSignature || begin > directoryStart || record.Length > directoryStart - begin)
        {
            throw new FormatException($"record '{name}' is outside the file: {PthFile.Damaged}");
        }

        var sameSizes = (U16(local[6..]) & SizesFollow) != 0
            || U32(local[22..]) == uint.MaxValue
            || (U32(local[22..]) == record.Length && U32(local[14..]) == record.Crc32);
        return U16(local[8..]) == 0 && sameSizes && Encoding.UTF8.GetString(Bytes(stream, header + LocalBytes, nameLength)) == name
            ? begin
            : throw new FormatException(
                $"record '{name}' has another name or size in its own header than in the directory: {PthFile.Damaged}");
    }

    private static byte[] Bytes(Stream stream, long start, int length)
    {
        var bytes = new byte[length];
        stream.Position = start;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static long I64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes);
}
