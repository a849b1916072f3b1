using Pipeline.Shared.Datasets;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Tests.Engine;

namespace Pipeline.Training.Tests.Detection.Training;

public sealed class DecodeCacheTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cache").FullName;

    [Fact]
    public void The_cache_counts_the_buffers_that_it_holds_and_stays_within_its_limit()
    {
        StreetSceneWriter.WriteKitti(
            folder,
            new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 },
            0,
            4,
            cancellation: TestContext.Current.CancellationToken);
        var dataset = Dataset.Open(folder);
        using var image = ImageDecoder.DecodeFile(dataset.Image("000000").Path);
        Assert.True(image.BufferBytes >= image.Pixels.Length);

        using var data = new DetectionData(TinyFinetune.Images(dataset), new LabelMap(["Car"]), cacheBytes: 2L * image.BufferBytes);
        foreach (var frame in dataset.ImageIds.Concat(dataset.ImageIds))
        {
            var (pixels, target) = data.Load(frame, flip: false);
            pixels.Dispose();
            target.Dispose();
        }

        Assert.Equal(2L * image.BufferBytes, data.CachedBytes);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
