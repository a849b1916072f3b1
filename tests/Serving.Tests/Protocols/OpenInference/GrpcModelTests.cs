using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>What the service says about itself and its models over gRPC, with the standard services for health and reflection.</summary>
public sealed class GrpcModelTests(OpenInferenceFixture service) : IClassFixture<OpenInferenceFixture>
{
    [Fact]
    public async Task Live_and_ready_are_answers_in_the_message()
    {
        Assert.True((await service.Grpc.ServerLiveAsync(new ServerLiveRequest(), cancellationToken: Cancellation)).Live);
        Assert.True((await service.Grpc.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: Cancellation)).Ready);
        Assert.True(await IsReady("tiny", ""));
        Assert.True(await IsReady("tiny", "1"));
        Assert.False(await IsReady("tiny", "2"));
        Assert.False(await IsReady("other", ""));
    }

    [Fact]
    public async Task The_server_and_the_model_are_described_as_over_http()
    {
        var server = await service.Grpc.ServerMetadataAsync(new ServerMetadataRequest(), cancellationToken: Cancellation);
        var model = await service.Grpc.ModelMetadataAsync(new ModelMetadataRequest { Name = "tiny" }, cancellationToken: Cancellation);
        var answer = await service.Grpc.ModelConfigAsync(new ModelConfigRequest { Name = "tiny" }, cancellationToken: Cancellation);
        var config = answer.Config;

        Assert.Equal("pipeline-serve", server.Name);
        Assert.Contains("model_configuration", server.Extensions);
        Assert.Equal(("tiny", "onnx_onnxv1", "1"), (model.Name, model.Platform, Assert.Single(model.Versions)));
        Assert.Equal(("images", "UINT8"), (model.Inputs[0].Name, model.Inputs[0].Datatype));
        Assert.Equal([-1, -1, -1, 3], model.Inputs[0].Shape);
        Assert.Equal([-1L, service.Rows, 4L], model.Outputs[0].Shape);
        Assert.Contains("BYTES", model.Properties["images"]);
        Assert.Equal(OpenInferenceFixture.MaxImages, config.MaxBatchSize);
        Assert.Equal([-1, -1, 3], config.Input[0].Dims);
        Assert.Equal(DataType.TypeInt64, config.Output[3].DataType);
        Assert.Equal([1], config.DynamicBatching.PreferredBatchSize);
        Assert.Equal(1u, config.VersionPolicy.Latest.NumVersions);
    }

    [Fact]
    public async Task The_index_and_the_statistics_list_the_version()
    {
        await service.Grpc.ModelInferAsync(GrpcRequest.Pixel(), cancellationToken: Cancellation);

        var index = await service.Grpc.RepositoryIndexAsync(new RepositoryIndexRequest(), cancellationToken: Cancellation);
        var all = await service.Grpc.ModelStatisticsAsync(new ModelStatisticsRequest(), cancellationToken: Cancellation);

        var entry = Assert.Single(index.Models);
        Assert.Equal(("tiny", "1", "READY", ""), (entry.Name, entry.Version, entry.State, entry.Reason));
        var stats = Assert.Single(all.ModelStats);
        Assert.Equal(("tiny", "1"), (stats.Name, stats.Version));
        Assert.True(stats.InferenceCount > 0 && stats.ExecutionCount > 0 && stats.LastInference > 0);
        Assert.True(stats.InferenceStats.ComputeInfer.Ns > 0);
        Assert.Equal(1ul, stats.BatchStats[0].BatchSize);
    }

    [Fact]
    public async Task Questions_about_unknown_models_and_wrong_requests_of_the_repository_are_refused()
    {
        var config = new ModelRepositoryParameter { StringParam = "{}" };
        var withConfig = new RepositoryModelLoadRequest { ModelName = "tiny", Parameters = { ["config"] = config } };

        await Refused(client => client.ModelMetadataAsync(new ModelMetadataRequest { Name = "other" }), StatusCode.NotFound);
        await Refused(client => client.ModelMetadataAsync(new ModelMetadataRequest()), StatusCode.InvalidArgument);
        await Refused(client => client.ModelConfigAsync(new ModelConfigRequest { Name = "../x" }), StatusCode.InvalidArgument);
        await Refused(client => client.ModelStatisticsAsync(new ModelStatisticsRequest { Name = "other" }), StatusCode.NotFound);
        await Refused(client => client.ModelReadyAsync(new ModelReadyRequest { Name = "tiny", Version = "x" }), StatusCode.InvalidArgument);
        await Refused(client => client.RepositoryIndexAsync(new RepositoryIndexRequest { RepositoryName = "r" }), StatusCode.Unimplemented);
        await Refused(client => client.RepositoryModelLoadAsync(withConfig), StatusCode.InvalidArgument);
        await Refused(
            client => client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { ModelName = "tiny" }), StatusCode.Unimplemented);
        await Refused(
            client => client.RepositoryModelUnloadAsync(new RepositoryModelUnloadRequest { ModelName = "tiny" }), StatusCode.Unimplemented);
    }

    [Theory]
    [InlineData(""), InlineData("inference.GRPCInferenceService")]
    public async Task The_standard_health_service_follows_readiness(string name)
    {
        var health = await new Health.HealthClient(service.Channel).CheckAsync(
            new HealthCheckRequest { Service = name }, cancellationToken: Cancellation);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task Reflection_lists_the_services()
    {
        using var call = new ServerReflection.ServerReflectionClient(service.Channel).ServerReflectionInfo(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        var services = call.ResponseStream.Current.ListServicesResponse.Service.Select(found => found.Name);
        await call.RequestStream.CompleteAsync();

        Assert.Contains("inference.GRPCInferenceService", services);
        Assert.Contains("grpc.health.v1.Health", services);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<bool> IsReady(string name, string version) => (await service.Grpc.ModelReadyAsync(
        new ModelReadyRequest { Name = name, Version = version }, cancellationToken: Cancellation)).Ready;

    private async Task Refused<T>(Func<GRPCInferenceService.GRPCInferenceServiceClient, AsyncUnaryCall<T>> call, StatusCode expected)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call(service.Grpc));
        Assert.Equal(expected, failure.StatusCode);
    }
}
