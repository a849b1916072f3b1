using Grpc.Core;
using Grpc.Net.Client;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;
using Pipeline.Serving.Tests.Models;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>Clients that load and unload a model, where requests decide what is served.</summary>
public sealed class ModelControlTests : IDisposable
{
    private readonly TinyRepository repository = new();

    [Fact]
    public async Task A_model_is_loaded_unloaded_and_loaded_again_over_http()
    {
        await using var service = await RepositoryService.Start(repository.Root, ModelControl.Explicit);
        repository.Publish(1);
        Assert.Equal("[]", await Index(service));

        await Post(service, "load");
        Assert.Equal("""[{"name":"tiny","version":"1","state":"READY","reason":""}]""", await Index(service));
        Assert.Equal(200, (await Infer(service)).Status);

        await Post(service, "unload");
        await service.Settle();
        Assert.Equal("""[{"name":"tiny","version":"1","state":"UNAVAILABLE","reason":"unloaded"}]""", await Index(service));
        var refused = await Infer(service);
        Assert.Equal(503, refused.Status);
        Assert.Contains("tiny", refused.Error);

        await Post(service, "load");
        Assert.Equal(200, (await Infer(service)).Status);
    }

    [Fact]
    public async Task A_model_is_loaded_unloaded_and_loaded_again_over_grpc()
    {
        await using var service = await RepositoryService.Start(repository.Root, ModelControl.Explicit, grpcUrl: null);
        repository.Publish(1);
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var load = new RepositoryModelLoadRequest { ModelName = "tiny" };
        var unload = new RepositoryModelUnloadRequest { ModelName = "tiny" };

        await client.RepositoryModelLoadAsync(load, cancellationToken: Cancellation);
        Assert.Equal(("READY", ""), await State(client));
        Assert.Equal(4, (await Infer(client)).Outputs.Count);

        await client.RepositoryModelUnloadAsync(unload, cancellationToken: Cancellation);
        await service.Settle();
        Assert.Equal(("UNAVAILABLE", "unloaded"), await State(client));
        var refused = await Assert.ThrowsAsync<RpcException>(() => Infer(client));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);

        await client.RepositoryModelLoadAsync(load, cancellationToken: Cancellation);
        Assert.Equal(4, (await Infer(client)).Outputs.Count);
    }

    public void Dispose() => repository.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task Post(RepositoryService service, string verb)
    {
        using var answer = await service.Client.PostAsync($"/v2/repository/models/tiny/{verb}", content: null, Cancellation);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static async Task<string> Index(RepositoryService service) =>
        (await RestAnswer.Of(await service.Client.PostAsync("/v2/repository/index", content: null, Cancellation))).Json.GetRawText();

    private static Task<RestAnswer> Infer(RepositoryService service) =>
        RestRequest.OfPixels("[1,1,1,3]", "[1,2,3]").Send(service.Client);

    private static async Task<(string State, string Reason)> State(GRPCInferenceService.GRPCInferenceServiceClient client)
    {
        var index = await client.RepositoryIndexAsync(new RepositoryIndexRequest(), cancellationToken: Cancellation);
        var entry = Assert.Single(index.Models);
        return (entry.State, entry.Reason);
    }

    private static async Task<ModelInferResponse> Infer(GRPCInferenceService.GRPCInferenceServiceClient client) =>
        await client.ModelInferAsync(GrpcRequest.Pixel(), cancellationToken: Cancellation);
}
