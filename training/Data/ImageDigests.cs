using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Training.Data;

/// <summary>
/// Digests of images' bytes: 128 bits of xxHash (XXH128). Of ten thousand million pairs of different images none has the same by
/// chance; nobody has a reason to forge one. An image that was encoded again has another.
/// </summary>
public sealed class ImageDigests
{
    /// <summary>So many fit into a safetensors header, which the format bounds to 100 MB.</summary>
    public const int MaxCount = 4_000_000;

    private const int DigestBytes = 16, DigestDigits = 2 * DigestBytes;
    private const long MaxFileBytes = (long)MaxCount * (DigestDigits + 2);
    private const string Noun = "list of images' digests";
    private readonly UInt128[] sorted;

    /// <param name="digests">In any order; doubles count once.</param>
    public ImageDigests(IEnumerable<UInt128> digests)
    {
        sorted = [.. digests.Distinct().Order()];
    }

    /// <summary>Of no image.</summary>
    public static ImageDigests None { get; } = new([]);

    /// <summary>How many images of different content.</summary>
    public int Count => sorted.Length;

    /// <summary>Whether an image of these bytes is among them.</summary>
    public bool Contains(UInt128 digest) => Array.BinarySearch(sorted, digest) >= 0;

    /// <summary>The union of these and other digests.</summary>
    public ImageDigests With(ImageDigests others) => others.Count == 0 ? this : new ImageDigests(sorted.Concat(others.sorted));

    /// <summary>The digests for a file's header: 22 letters of base64url for each 16 bytes.</summary>
    public string ToText()
    {
        var bytes = new byte[sorted.Length * DigestBytes];
        for (var i = 0; i < sorted.Length; i++)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(i * DigestBytes), sorted[i]);
        }

        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="FormatException">It is no such text.</exception>
    public static ImageDigests Parse(string text)
    {
        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length % DigestBytes != 0)
        {
            throw new FormatException($"{bytes.Length} bytes are not a multiple of {DigestBytes}");
        }

        var starts = Enumerable.Range(0, bytes.Length / DigestBytes);
        return new ImageDigests(starts.Select(index => BinaryPrimitives.ReadUInt128BigEndian(bytes.AsSpan(index * DigestBytes))));
    }

    /// <summary>Writes one digest a line, sorted, in lower-case hexadecimal, as <c>xxhsum -H2</c> prints it.</summary>
    /// <param name="path">The file to write.</param>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        foreach (var digest in sorted)
        {
            writer.Write(digest.ToString("x32", CultureInfo.InvariantCulture));
            writer.Write('\n');
        }
    });

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="UserErrorException">The file is missing, too long, or a line is no digest.</exception>
    public static ImageDigests Read(string path)
    {
        var digests = new List<UInt128>();
        var text = InputFile.ReadText(path, Noun, MaxFileBytes).AsSpan().TrimEnd();
        foreach (var line in text.IsEmpty ? default : text.EnumerateLines())
        {
            var isNumber = UInt128.TryParse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digest);
            if (line.Length != DigestDigits || !isNumber)
            {
                throw new UserErrorException(
                    $"{path}:{digests.Count + 1}: this is not a digest of {DigestDigits} hexadecimal digits; "
                    + "remove the file to have it written again.");
            }

            digests.Add(digest);
        }

        return new ImageDigests(digests);
    }
}
