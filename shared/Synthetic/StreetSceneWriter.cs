using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Synthetic;

/// <summary>Writes street scenes as a data set in KITTI's layout, or as a folder of images without labels.</summary>
public static class StreetSceneWriter
{
    /// <summary>Writes <c>training/image_2/*.png</c> and <c>training/label_2/*.txt</c>, starting with frame 000000.</summary>
    /// <param name="folder">The data set's folder; files of the same names are replaced.</param>
    /// <param name="options">Options of the scenes.</param>
    /// <param name="first">Index of the first scene in the seed's sequence.</param>
    /// <param name="count">Number of scenes.</param>
    /// <param name="progress">Receives the number of frames written.</param>
    /// <param name="cancellation">Ends the writing between two frames.</param>
    public static void WriteKitti(
        string folder,
        StreetSceneOptions options,
        int first,
        int count,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default) =>
        Write(count, i =>
        {
            var scene = StreetScenes.Draw(options, first + i);
            using var image = scene.Image;
            AtomicFile.Write(Path.Combine(folder, "training", "image_2", $"{i:D6}.png"), ImageEncoder.Png(image));
            KittiLabelFile.Write(Path.Combine(folder, "training", "label_2", $"{i:D6}.txt"), scene.Objects);
        }, progress, cancellation);

    /// <summary>Writes <c>*.png</c> alone.</summary>
    /// <inheritdoc cref="WriteKitti" />
    public static void WriteImages(
        string folder,
        StreetSceneOptions options,
        int first,
        int count,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default) =>
        Write(count, i =>
        {
            using var image = StreetScenes.Draw(options, first + i).Image;
            AtomicFile.Write(Path.Combine(folder, $"{i:D6}.png"), ImageEncoder.Png(image));
        }, progress, cancellation);

    private static void Write(int count, Action<int> write, IProgress<int>? progress, CancellationToken cancellation)
    {
        var done = 0;
        var parallel = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, count, parallel, i =>
        {
            write(i);
            progress?.Report(Interlocked.Increment(ref done));
        });
    }
}
