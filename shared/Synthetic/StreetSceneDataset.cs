using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Synthetic;

/// <summary>Writes street scenes as a data set of any format.</summary>
/// <param name="format">The format.</param>
/// <param name="options">Options of the scenes.</param>
public sealed class StreetSceneDataset(IDatasetFormat format, StreetSceneOptions options)
{
    private const int ScenesAtOnce = 64;

    /// <summary>Writes scenes as images 000000 and following. KITTI's labels hold sizes and positions in meters, too.</summary>
    /// <param name="folder">An existing, empty folder.</param>
    /// <param name="first">Index of the first scene in the seed's sequence.</param>
    /// <param name="count">Number of scenes.</param>
    /// <param name="progress">Receives the number of images written.</param>
    /// <param name="cancellation">Ends the work.</param>
    public void Write(string folder, int first, int count, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        if (format is KittiFormat)
        {
            StreetSceneWriter.WriteKitti(folder, options, first, count, progress, cancellation);
            return;
        }

        var writer = format.CreateWriter(folder, [.. StreetSceneOptions.Classes.Select(name => new DatasetClass(name))]);
        for (var start = 0; start < count; start += ScenesAtOnce)
        {
            var scenes = Draw(first + start, Math.Min(ScenesAtOnce, count - start), cancellation);
            for (var i = 0; i < scenes.Length; i++)
            {
                Add(writer, folder, $"{start + i:D6}", scenes[i]);
                progress?.Report(start + i + 1);
            }
        }

        writer.Finish(new Dictionary<string, IReadOnlyList<string>>());
    }

    private EncodedScene[] Draw(int first, int count, CancellationToken cancellation)
    {
        var scenes = new EncodedScene[count];
        var parallel = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, count, parallel, i =>
        {
            var scene = StreetScenes.Draw(options, first + i);
            using var image = scene.Image;
            var annotations = scene.Objects.Select((entry, index) => entry.ToAnnotation(index + 1));
            scenes[i] = new EncodedScene(ImageEncoder.Png(image), [.. annotations]);
        });
        return scenes;
    }

    private void Add(IDatasetWriter writer, string folder, string id, EncodedScene scene)
    {
        var image = new DatasetImage(id, id + ".png");
        var place = writer.Add(image, options.WidthPixels, options.HeightPixels, scene.Annotations);
        AtomicFile.Write(Path.Combine(folder, RelativePath.Require(place)), scene.Png);
    }

    private sealed record EncodedScene(byte[] Png, Annotation[] Annotations);
}
