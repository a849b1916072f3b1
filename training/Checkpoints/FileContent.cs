using System.Text;
using System.Text.Unicode;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints.Pth;

namespace Pipeline.Training.Checkpoints;

/// <summary>Tells what a file holds from its first bytes, whatever its name ends with.</summary>
internal static class FileContent
{
    private const int StartBytes = 512, TarMagicAt = 257, HeaderLengthBytes = 8;
    private const byte PickleProtocol = 0x80;
    private const string DownloadAgain = "download it again";

    /// <summary>Formats that no weights are read from, by how they begin.</summary>
    private static readonly (byte[] Magic, string What)[] Binary =
    [
        ([0x1F, 0x8B, 0x08], "a gzip archive; unpack it first (gunzip, or tar -xzf)"),
        ([.. "BZh"u8], "a bzip2 archive; unpack it first (bunzip2, or tar -xjf)"),
        ([0xFD, .. "7zXZ"u8], "an xz archive; unpack it first (unxz, or tar -xJf)"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive; unpack it first (unzstd)"),
        ([.. "PK\u0005\u0006"u8], $"an empty zip archive; {DownloadAgain}"),
        ([0x37, 0x7A, 0xBC, 0xAF], "a 7-Zip archive; unpack it first"),
        ([.. "Rar!"u8], "a RAR archive; unpack it first"),
        ([0x89, .. "HDF\r\n"u8], "an HDF5 file, as Keras writes weights; only PyTorch's and safetensors files are read"),
        ([0x93, .. "NUMPY"u8], "a NumPy array; only PyTorch's and safetensors files are read"),
        ([.. "GGUF"u8], "a GGUF file; only PyTorch's and safetensors files are read"),
        ([0x89, .. "PNG"u8], "a PNG image, not weights"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image, not weights"),
        ([.. "%PDF"u8], "a PDF document, not weights"),
        ([0x7F, .. "ELF"u8], "a program, not weights"),
    ];

    /// <summary>Possible beginnings of an HTML page.</summary>
    private static readonly string[] HtmlStarts = ["<!doctype html", "<head", "<body", "<title", "<script", "<meta", "<!--"];

    /// <summary>Looks at the first bytes; the stream is where it was afterwards.</summary>
    /// <param name="stream">Seekable, at the file's begin.</param>
    /// <param name="path">Named in error messages.</param>
    /// <exception cref="UserErrorException">It holds what no weights are read from; the message says what, and what to do.</exception>
    public static FileFormat Require(Stream stream, string path)
    {
        var start = new byte[Math.Min(stream.Length, StartBytes)];
        stream.ReadExactly(start);
        stream.Position = 0;
        if (PlainPickle.IsTorch(start))
        {
            return FileFormat.Pickle;
        }

        if (IsPickle(start) && PlainPickleOf(stream, isSure: start[0] == PickleProtocol) is { } pickle)
        {
            throw new UserErrorException($"{path}: this is {pickle}.");
        }

        if (What(start) is { } what)
        {
            throw new UserErrorException($"{path}: this is {what}.");
        }

        return FormatOf(start);
    }

    private static FileFormat FormatOf(ReadOnlySpan<byte> start)
    {
        if (IsSafetensors(start))
        {
            return FileFormat.Safetensors;
        }

        if (start.StartsWith("PK"u8))
        {
            return FileFormat.PyTorchZip;
        }

        if (IsOnnx(start))
        {
            return FileFormat.Onnx;
        }

        return FileFormat.Unknown;
    }

    /// <summary>Whether it may be a pickle: of a protocol that says so, or one before that begins with a value that holds others.</summary>
    private static bool IsPickle(ReadOnlySpan<byte> start)
    {
        const byte HighestProtocol = 5;
        if (start.Length < 2 || IsSafetensors(start))
        {
            return false;
        }

        return start[0] == PickleProtocol ? start[1] <= HighestProtocol : "(}]c"u8.Contains(start[0]);
    }

    private static string? PlainPickleOf(Stream stream, bool isSure)
    {
        var top = PlainPickle.Top(stream);
        if (top is null && !isSure)
        {
            return null;
        }

        var content = top is null ? "" : $" (at the top: {top})";
        return $"a Python pickle, and torch.save did not write it{content}; "
            + "load it in Python and save its tensors as a state_dict with torch.save";
    }

    /// <summary>What a file is that no weights are read from; null when it may be weights.</summary>
    private static string? What(byte[] start)
    {
        if (start.Length == 0)
        {
            return $"an empty file; {DownloadAgain}";
        }

        if (IsSafetensors(start))
        {
            return null;
        }

        foreach (var (magic, what) in Binary)
        {
            if (start.AsSpan().StartsWith(magic))
            {
                return what;
            }
        }

        if (start.AsSpan(Math.Min(TarMagicAt, start.Length)).StartsWith("ustar"u8))
        {
            return "a tar archive; unpack it first (tar -xf)";
        }

        if (start.Length > HeaderLengthBytes && !start.AsSpan().ContainsAnyExcept((byte)0))
        {
            return $"a file of zeros, as a broken download leaves it; {DownloadAgain}";
        }

        return WhatText(start);
    }

    private static string? WhatText(byte[] start)
    {
        var text = Decode(start).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        if (text.StartsWith('<'))
        {
            var beginsSo = Array.Exists(HtmlStarts, start => text.StartsWith(start, StringComparison.OrdinalIgnoreCase));
            var isHtml = beginsSo || text.Contains("<html", StringComparison.OrdinalIgnoreCase);
            var what = isHtml ? "an HTML page" : "an XML document";
            return $"{what}, as a server answers when a download fails; {DownloadAgain}";
        }

        if (text.StartsWith("version https://git-lfs.", StringComparison.Ordinal))
        {
            return "a Git LFS pointer, not the file itself; run git lfs pull where it was cloned, or download it";
        }

        if (text.Contains("/annex/objects/", StringComparison.Ordinal))
        {
            return "a git-annex pointer, not the file itself; run git annex get where it was cloned";
        }

        if (!IsText(start))
        {
            return null;
        }

        return text.StartsWith('{') || text.StartsWith('[')
            ? $"a JSON text, an index of weights or a server's answer; name the file of weights itself, or {DownloadAgain}"
            : $"a text, not weights; {DownloadAgain}";
    }

    /// <summary>What its characters are where it is a text: of UTF-16 with its mark, else of one byte each.</summary>
    private static string Decode(byte[] start)
    {
        var encoding = start switch
        {
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            _ => Encoding.Latin1,
        };
        return encoding.GetString(start).TrimStart('\uFEFF');
    }

    /// <summary>A word at least, in UTF-8 or UTF-16. A pickle of protocol 0 is one too; torch.save writes none.</summary>
    private static bool IsText(byte[] start)
    {
        const int ShortestText = 4;
        if (start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return true;
        }

        return start.Length >= ShortestText && Array.TrueForAll(start, IsTextual) && Utf8.IsValid(WithoutCutCharacter(start));
    }

    /// <summary>Without a last character of several bytes, which may continue after the bytes that were read.</summary>
    private static ReadOnlySpan<byte> WithoutCutCharacter(ReadOnlySpan<byte> start)
    {
        const byte LastOfAscii = 0x7F;
        var isCut = start.Length == StartBytes;
        return isCut ? start[..(start.LastIndexOfAnyInRange((byte)0, LastOfAscii) + 1)] : start;
    }

    private static bool IsTextual(byte value) => value is (>= 0x20 and not 0x7F) or (byte)'\t' or (byte)'\r' or (byte)'\n';

    /// <summary>A version of the format (field 1) and then the producer's name (field 2) or another short field.</summary>
    private static bool IsOnnx(ReadOnlySpan<byte> start) => start is [0x08, < 0x20, 0x12 or 0x1A or 0x3A, ..];

    /// <summary>A header of less than 4 GiB that begins with a brace.</summary>
    private static bool IsSafetensors(ReadOnlySpan<byte> start) =>
        start.Length > HeaderLengthBytes && start[4..].StartsWith("\0\0\0\0{"u8);
}
