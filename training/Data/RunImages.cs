using Microsoft.Extensions.Logging;

namespace Pipeline.Training.Data;

/// <summary>
/// The digests of all images that a run's weights learn from, in its folder: made once, when the run begins, since that reads every
/// image; a run that is resumed reads the file.
/// </summary>
internal static class RunImages
{
    /// <summary>In the run's folder.</summary>
    public const string FileName = "images.digests";

    /// <param name="folder">The run's folder; it need not be there yet.</param>
    /// <param name="resume">Whether the run is resumed.</param>
    /// <param name="files">The images that it learns from.</param>
    /// <param name="first">Those that its first weights have learned from.</param>
    /// <param name="log">Receives how many are read, every few seconds.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Both together.</returns>
    /// <exception cref="Pipeline.Shared.UserErrorException">The run's file is damaged.</exception>
    public static ImageDigests Of(
        string folder,
        bool resume,
        IReadOnlyList<string> files,
        ImageDigests first,
        ILogger log,
        CancellationToken cancellation = default)
    {
        var path = Path.Combine(folder, FileName);
        if (resume && File.Exists(path))
        {
            return ImageDigests.Read(path);
        }

        var progress = new DigestingProgress(log, files.Count);
        return ImageDigesting.SetOf(files, progress, cancellation).With(first);
    }

    /// <summary>Writes them, unless the file is there.</summary>
    public static void Write(string folder, ImageDigests digests)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            digests.Write(path);
        }
    }

    /// <summary>Warnings about them.</summary>
    public static IEnumerable<string> Remarks(ImageDigests digests)
    {
        if (digests.Count > ImageDigests.MaxCount)
        {
            yield return $"warning: {digests.Count} images are more than the {ImageDigests.MaxCount} whose digests a file of weights "
                + "carries; measuring on one of the others gives no warning";
        }
    }
}
