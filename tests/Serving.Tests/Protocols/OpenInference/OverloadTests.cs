using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>A service whose only place is taken refuses the next request before it reads it, in the form of each transport.</summary>
public sealed class OverloadTests : IAsyncLifetime
{
    private readonly string root = Directory.CreateTempSubdirectory("overload").FullName;
    private readonly HttpClient client = new();
    private WebApplication app = null!;

    public async ValueTask InitializeAsync()
    {
        TinyModel.Export(root);
        var options = ServiceFixture.Options(root, "http://127.0.0.1:0");
        app = DetectionService.Build(options with { Limits = options.Limits with { MaxRequestsInFlight = 1 } });
        await app.StartAsync();
        client.BaseAddress = new Uri(app.Urls.First());
    }

    [Fact]
    public async Task The_next_request_is_429_over_http_and_resource_exhausted_over_grpc_and_both_say_when_to_come_again()
    {
        using var channel = GrpcChannel.ForAddress(app.Urls.ElementAt(1));
        var grpc = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        using var holder = await Hold();

        var http = await RestRequest.OfBinary("[1,1,1,3]", [1, 2, 3]).Send(client);
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await grpc.ModelInferAsync(GrpcRequest.Pixel(), cancellationToken: Cancellation));

        Assert.Equal(429, http.Status);
        Assert.Contains("in flight", http.Error);
        Assert.True(http.Response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Contains("in flight", failure.Status.Detail);
        Assert.NotEmpty(failure.Trailers.GetValue("grpc-retry-pushback-ms")!);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Takes the place: a request whose body does not come. It has the place when the service asks for the body.</summary>
    private async Task<TcpClient> Hold()
    {
        var holder = new TcpClient();
        await holder.ConnectAsync("127.0.0.1", client.BaseAddress!.Port, Cancellation);
        var head = "POST /v2/models/tiny/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n";
        await holder.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Cancellation);
        var answer = new byte[12];
        await holder.GetStream().ReadExactlyAsync(answer, Cancellation);
        Assert.Equal("HTTP/1.1 100", Encoding.ASCII.GetString(answer));
        return holder;
    }
}
