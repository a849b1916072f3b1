using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;
using Pipeline.Serving.Tests.Protocols.OpenInference;

namespace Pipeline.Serving.Tests.Fuzz;

/// <summary>
/// Damaged requests of every kind: the service answers each with 2xx or 4xx, or a status of gRPC, and goes on. In short by default;
/// with <c>PIPELINE_LONG_TESTS=1</c> 10,000 of each kind, and the memory must not grow.
/// </summary>
public sealed class FuzzTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const long MostGrowthBytes = 150_000_000;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PIPELINE_LONG_TESTS") == "1";
    private static readonly int Requests = IsLong ? 10_000 : 200;

    public static TheoryData<string> Kinds => [.. FuzzedRequest.Kinds.Keys];

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_damaged_request_is_answered_with_2xx_or_4xx_and_the_service_goes_on(string kind)
    {
        var accepted = 0;
        var before = 0L;
        for (var seed = 0; seed < Requests; seed++)
        {
            if (seed == Requests / 2)
            {
                before = ResidentBytes();
            }

            using var request = FuzzedRequest.Kinds[kind].Next(new Random(seed));
            using var answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
            var status = (int)answer.StatusCode;
            Assert.True(status is (>= 200 and < 300) or (>= 400 and < 500), $"{kind}, seed {seed}: {status}");
            accepted += status < 300 ? 1 : 0;
        }

        Assert.InRange(accepted, Requests / 100, Requests);   // none, when the route is gone

        if (IsLong)
        {
            Assert.InRange(ResidentBytes() - before, long.MinValue, MostGrowthBytes);
        }

        await RequireGoodAnswer();
    }

    [Fact]
    public async Task A_damaged_gRPC_call_is_answered_with_a_status_and_the_service_goes_on()
    {
        using var client = new HttpClient { BaseAddress = service.GrpcAddress };
        var accepted = 0;
        for (var seed = 0; seed < Requests; seed++)
        {
            using var call = FuzzedCall.Next(new Random(seed));
            using var answer = await client.SendAsync(call, TestContext.Current.CancellationToken);
            var status = GrpcStatus(answer);
            Assert.True((int)answer.StatusCode is 200 or (>= 400 and < 500), $"seed {seed}: {answer.StatusCode}");
            Assert.False(status is StatusCode.Unknown or StatusCode.Internal, $"seed {seed}: {status}");
            accepted += status == StatusCode.OK ? 1 : 0;
        }

        Assert.InRange(accepted, Requests / 100, Requests);
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        var good = await new GRPCInferenceService.GRPCInferenceServiceClient(channel).ModelInferAsync(
            GrpcRequest.Pixel(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(4, good.Outputs.Count);
        await RequireGoodAnswer();
    }

    /// <summary>The status in the trailers, or in the headers when the answer has no message.</summary>
    private static StatusCode GrpcStatus(HttpResponseMessage answer)
    {
        const string Name = "grpc-status";
        var headers = answer.Headers.Contains(Name) ? answer.Headers : answer.TrailingHeaders;
        return (StatusCode)int.Parse(headers.GetValues(Name).Single(), CultureInfo.InvariantCulture);
    }

    private async Task RequireGoodAnswer()
    {
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
