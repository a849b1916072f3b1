using System.IO.Compression;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Evaluation.Results.Submission;

/// <summary>
/// Packs the results of a folder as the readme of KITTI's development kit asks for it: the files in the root of a zip archive. The same
/// files give the same bytes: they are in ordinal order and have one fixed time.
/// </summary>
public static class SubmissionWriter
{
    private const int RegularFile = 0x81A4 << 16;   // -rw-r--r--

    private static readonly DateTimeOffset FixedTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="folder">Results that <see cref="SubmissionCheck"/> has found no fault with.</param>
    /// <param name="frames">Names of the frames.</param>
    /// <param name="stream">Receives the archive.</param>
    public static void Write(string folder, IEnumerable<string> frames, Stream stream)
    {
        var results = KittiResultReader.FolderOf(folder);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var frame in frames.Order(StringComparer.Ordinal))
        {
            var entry = archive.CreateEntry($"{frame}.txt", CompressionLevel.Optimal);
            entry.LastWriteTime = FixedTime;
            entry.ExternalAttributes = RegularFile;
            using var source = InputFile.Open(Path.Combine(results, $"{frame}.txt"), "result file");
            using var target = entry.Open();
            source.CopyTo(target);
        }
    }
}
