using Pipeline.Serving.Tests.Inference;

namespace Pipeline.Serving.Tests.Programs;

/// <summary>What the service keeps of the images that it has seen.</summary>
public sealed class MemoryTests : IDisposable
{
    private const int Requests = 500;
    private const int Part = 100;
    private const long Megabyte = 1_000_000;
    private readonly string root = Directory.CreateTempSubdirectory("memory").FullName;

    [Fact]
    public async Task Memory_levels_off_when_every_image_has_another_size()
    {
        var cancellation = TestContext.Current.CancellationToken;
        SumModel.Publish(root);
        using var service = await ServiceProcess.Start(root, cancellation, "--max-pixels", "10000000");
        using var client = new HttpClient { BaseAddress = service.Address };
        var random = new Random(1);
        var resident = new long[Requests];
        for (var request = 0; request < Requests; request++)
        {
            var isHuge = request == Part;   // once, and what it took is given back
            var image = isHuge ? ServiceFixture.BlackPng(3_600, 2_700) : ServiceFixture.BlackPng(random.Next(8, 900), random.Next(8, 700));
            using var answer = await client.PostAsync("/v1/detect", new ByteArrayContent(image), cancellation);
            Assert.Equal(200, (int)answer.StatusCode);
            resident[request] = service.ResidentBytes;
        }

        // An image takes 5 MB on average in the model alone: what is kept of each would show as 1 GB.
        var middle = resident[(2 * Part)..(3 * Part)].Average();
        var last = resident[^Part..].Average();
        Assert.InRange(last, 0, middle + 60 * Megabyte);
        Assert.InRange(last, 0, 600 * Megabyte);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
