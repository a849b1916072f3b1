using System.Diagnostics;

namespace Pipeline.Serving.Tests.Fuzz;

/// <summary>
/// Damaged requests of every kind: the service answers each with 2xx or 4xx, and goes on. In short by default; with
/// <c>PIPELINE_LONG_TESTS=1</c> 10,000 of each kind, and the memory must not grow.
/// </summary>
public sealed class FuzzTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const long MostGrowthBytes = 150_000_000;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PIPELINE_LONG_TESTS") == "1";

    public static TheoryData<string> Kinds => [.. FuzzedRequest.Kinds.Keys];

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_damaged_request_is_answered_with_2xx_or_4xx_and_the_service_goes_on(string kind)
    {
        var requests = IsLong ? 10_000 : 200;
        var before = 0L;
        for (var seed = 0; seed < requests; seed++)
        {
            if (seed == requests / 2)
            {
                before = ResidentBytes();
            }

            using var request = FuzzedRequest.Kinds[kind].Next(new Random(seed));
            using var answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
            var status = (int)answer.StatusCode;
            Assert.True(status is (>= 200 and < 300) or (>= 400 and < 500), $"{kind}, seed {seed}: {status}");
        }

        if (IsLong)
        {
            Assert.InRange(ResidentBytes() - before, long.MinValue, MostGrowthBytes);
        }

        using var good = await service.Client.PostAsync(
            "/v1/detect", new ByteArrayContent(ServiceFixture.Png()), TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)good.StatusCode);
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
