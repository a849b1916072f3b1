using System.Globalization;
using System.Text;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>Tells a pickle that <c>torch.save</c> wrote before PyTorch 1.6 from any other pickle of Python's.</summary>
internal static class PlainPickle
{
    private const byte Protocol = 0x80, Frame = 0x95, ShortInteger = 0x8A;
    private const int FrameBytes = 1 + sizeof(ulong), Shown = 8;

    /// <summary>The beginning of such a file in protocols 0 and 1.</summary>
    private static readonly byte[] MagicLine = Encoding.ASCII.GetBytes($"L{PthFile.LegacyMagic.ToString(CultureInfo.InvariantCulture)}L\n");

    /// <summary>The beginning of such a file in later protocols.</summary>
    private static readonly byte[] MagicBytes = MagicNumber();

    /// <summary>Whether PyTorch's magic number comes first.</summary>
    /// <param name="start">The file's first bytes.</param>
    public static bool IsTorch(ReadOnlySpan<byte> start)
    {
        if (start.Length < 2 || start[0] != Protocol)
        {
            return start.StartsWith(MagicLine);
        }

        var body = start[2..];
        var isFramed = body.Length > FrameBytes && body[0] == Frame;
        var number = isFramed ? body[FrameBytes..] : body;
        return number.StartsWith(MagicBytes) || (number.Length < MagicBytes.Length && MagicBytes.AsSpan().StartsWith(number));
    }

    /// <summary>What a whole pickle has at its top; null when the file is none, or too long to look.</summary>
    /// <param name="stream">Stands where it did afterwards.</param>
    public static string? Top(Stream stream)
    {
        try
        {
            var root = new PickleMachine(new PickleInput(stream, stream.Length), storage: null).Run();
            return IsAtEnd(stream) ? Describe(root) : null;
        }
        catch (Exception exception) when (exception is FormatException or EndOfStreamException or ArgumentException or OverflowException)
        {
            return null;
        }
        finally
        {
            stream.Position = 0;
        }
    }

    private static byte[] MagicNumber()
    {
        var number = PthFile.LegacyMagic.ToByteArray();
        return [ShortInteger, (byte)number.Length, .. number];
    }

    /// <summary>Whether nothing but the end of a line follows: a text may begin as a pickle does.</summary>
    private static bool IsAtEnd(Stream stream)
    {
        const int LineEnd = 2;
        return stream.Length - stream.Position <= LineEnd;
    }

    private static string Describe(object? root)
    {
        if (PickleTree.AsDictionary(root) is not { } dictionary)
        {
            return $"a {PickleKind.Of(root)}";
        }

        var names = dictionary.Items.Take(Shown).Select(entry => $"{PickleKind.Key(entry.Key)} ({PickleKind.Of(entry.Value)})");
        var rest = dictionary.Items.Count > Shown ? $" and {dictionary.Items.Count - Shown} more" : "";
        return dictionary.Items.Count == 0 ? "an empty dictionary" : string.Join(", ", names) + rest;
    }
}
