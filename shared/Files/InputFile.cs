using System.Text;

namespace Pipeline.Shared.Files;

/// <summary>
/// Opens files and folders that a user names. A path that cannot be read gives an error of one line; a pipe or a device is refused
/// before it can block.
/// </summary>
public static class InputFile
{
    private const long MaxTextBytes = 256_000_000;

    /// <param name="path">The file; links are followed.</param>
    /// <param name="noun">What it should be, such as "label file".</param>
    /// <returns>The open file; dispose it.</returns>
    /// <exception cref="UserErrorException">There is no such file, it is not a regular file, or it cannot be read.</exception>
    public static FileStream Open(string path, string noun = "file")
    {
        Require(path, noun);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(path, noun, exception);
        }
    }

    /// <summary>Reads the whole content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="noun">What it should be.</param>
    /// <param name="maxBytes">A longer file is refused before anything is allocated.</param>
    /// <exception cref="UserErrorException">As <see cref="Open"/>, or the file is too long.</exception>
    public static byte[] ReadBytes(string path, string noun = "file", long maxBytes = MaxTextBytes)
    {
        using var stream = Open(path, noun);
        if (stream.Length > maxBytes)
        {
            throw new UserErrorException($"{path}: {stream.Length:N0} bytes are too many for {A(noun)}; the limit is {maxBytes:N0}.");
        }

        try
        {
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (IOException exception)
        {
            throw CannotRead(path, noun, exception);
        }
    }

    /// <summary>Reads the whole content as text: UTF-8, or the encoding of its byte order mark.</summary>
    /// <inheritdoc cref="ReadBytes" />
    public static string ReadText(string path, string noun = "file", long maxBytes = MaxTextBytes)
    {
        var bytes = ReadBytes(path, noun, maxBytes);
        using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        var text = reader.ReadToEnd();
        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new UserErrorException($"{path}: this is not text; {A(noun)} is expected.")
            : text;
    }

    /// <summary>Requires that a path leads to a regular file.</summary>
    /// <exception cref="UserErrorException">It does not; the message says what is there.</exception>
    public static void Require(string path, string noun = "file")
    {
        if (Problem(path, noun) is { } problem)
        {
            throw new UserErrorException(problem);
        }
    }

    /// <summary>Requires that a path leads to a folder.</summary>
    /// <exception cref="UserErrorException">It does not; the message says what is there.</exception>
    public static void RequireFolder(string path, string noun = "folder")
    {
        var kind = FileStatus.Of(path).Kind;
        if (kind == FileKind.Missing)
        {
            throw new UserErrorException(Missing(path, noun));
        }

        if (kind == FileKind.Forbidden)
        {
            throw new UserErrorException(Forbidden(path, noun));
        }

        if (kind != FileKind.Folder)
        {
            throw new UserErrorException($"{path}: this is a file; {A(noun)} is expected.");
        }
    }

    private static string? Problem(string path, string noun) => FileStatus.Of(path).Kind switch
    {
        FileKind.Missing => Missing(path, noun),
        FileKind.Forbidden => Forbidden(path, noun),
        FileKind.Folder => $"{path}: this is a folder; {A(noun)} is expected.",
        FileKind.Special => $"{path}: this is a pipe, a socket or a device; save its output to {A(noun)} first.",
        _ => null,
    };

    private static string A(string noun) => "aeio".Contains(noun[0], StringComparison.Ordinal) ? $"an {noun}" : $"a {noun}";

    private static string Forbidden(string path, string noun) =>
        $"{path}: this {noun} cannot be reached by the user '{Environment.UserName}'; change the permissions of the folders above it.";

    private static string Missing(string path, string noun)
    {
        var link = new FileInfo(path).LinkTarget;
        return link is null
            ? $"{path}: there is no such {noun}."
            : $"{path}: this is a link to {link}, which does not exist or links back to it; {A(noun)} is expected.";
    }

    private static UserErrorException CannotRead(string path, string noun, Exception exception) => exception is UnauthorizedAccessException
        ? new UserErrorException(
            $"{path}: this {noun} cannot be read by the user '{Environment.UserName}'; change its permissions.",
            exception)
        : new UserErrorException($"{path}: this {noun} cannot be read: {exception.Message}", exception);
}
