namespace Pipeline.Serving.Tests;

/// <summary>What a request allocates on the managed heap; the client of the test is part of it.</summary>
public sealed class AllocationTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const int Requests = 40;

    [Fact]
    public async Task What_a_request_allocates_does_not_grow_with_the_requests_before_it()
    {
        var image = ServiceFixture.Png();
        await PostAll(image);

        var first = await PostAll(image);
        await PostAll(image);
        var last = await PostAll(image);

        Assert.InRange(last, 0, 1.25 * first);
        Assert.InRange(last / Requests, 0, 1_000_000);
    }

    /// <returns>Bytes that were allocated meanwhile.</returns>
    private async Task<long> PostAll(byte[] image)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var request = 0; request < Requests; request++)
        {
            using var answer = await service.Client.PostAsync(
                "/v1/detect", new ByteArrayContent(image), TestContext.Current.CancellationToken);
            Assert.Equal(200, (int)answer.StatusCode);
        }

        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
