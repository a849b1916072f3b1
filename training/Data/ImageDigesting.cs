using System.Buffers;
using System.IO.Hashing;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Training.Data;

/// <summary>Reads images for the digests of their bytes.</summary>
internal static class ImageDigesting
{
    private const int PartBytes = 1 << 18;

    /// <summary>The digest of a file's bytes.</summary>
    /// <exception cref="UserErrorException">The file is missing or must not be read.</exception>
    /// <exception cref="IOException">It cannot be read to its end.</exception>
    public static UInt128 OfFile(string path)
    {
        using var file = InputFile.Open(path, "image file");
        var part = ArrayPool<byte>.Shared.Rent(PartBytes);
        try
        {
            var hash = new XxHash128();
            long at = 0;
            while (RandomAccess.Read(file.SafeFileHandle, part, at) is var read and > 0)
            {
                hash.Append(part.AsSpan(0, read));
                at += read;
            }

            return hash.GetCurrentHashAsUInt128();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }
    }

    /// <summary>The digest of each file, in their order; null where one cannot be read, which shows when it is decoded.</summary>
    /// <param name="files">The images.</param>
    /// <param name="read">Receives the number of images that are read, in rising order.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static UInt128?[] OfFiles(
        IReadOnlyList<string> files,
        IProgress<int>? read = null,
        CancellationToken cancellation = default)
    {
        var digests = new UInt128?[files.Count];
        var done = 0;
        var turn = new Lock();
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, files.Count, options, index =>
        {
            digests[index] = OfReadable(files[index]);
            lock (turn)
            {
                done++;
                read?.Report(done);
            }
        });
        return digests;
    }

    /// <summary>The digests of those that can be read.</summary>
    /// <inheritdoc cref="OfFiles" />
    public static ImageDigests SetOf(IReadOnlyList<string> files, IProgress<int>? read = null, CancellationToken cancellation = default) =>
        new(OfFiles(files, read, cancellation).OfType<UInt128>());

    private static UInt128? OfReadable(string path)
    {
        try
        {
            return OfFile(path);
        }
        catch (Exception exception) when (exception is UserErrorException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
