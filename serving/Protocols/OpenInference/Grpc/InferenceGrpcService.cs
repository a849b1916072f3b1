using Grpc.Core;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Lifecycle;
using Pipeline.Serving.Models;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>The Open Inference Protocol, version 2, over gRPC, with Triton's extensions.</summary>
internal sealed class InferenceGrpcService(
    ServedModels models,
    RepositoryControl control,
    ServiceReadiness readiness,
    ServiceOptions options,
    InferenceCalls inference) : GRPCInferenceService.GRPCInferenceServiceBase
{
    /// <inheritdoc />
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    /// <inheritdoc />
    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerReadyResponse { Ready = readiness.IsReady });

    /// <inheritdoc />
    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
    {
        var name = ModelAddress.RequireName(request.Name);
        var version = ModelAddress.RequireVersion(request.Version);
        return Task.FromResult(new ModelReadyResponse { Ready = IsServed(name, version) });
    }

    /// <inheritdoc />
    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context)
    {
        var own = OpenInference.ServerMetadata.Own;
        return Task.FromResult(new ServerMetadataResponse { Name = own.Name, Version = own.Version, Extensions = { own.Extensions } });
    }

    /// <inheritdoc />
    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        using var lease = Lease(request.Name, request.Version);
        return Task.FromResult(ModelMessages.Of(OpenInference.ModelMetadata.Of(lease, models)));
    }

    /// <inheritdoc />
    public override Task<ModelConfigResponse> ModelConfig(ModelConfigRequest request, ServerCallContext context)
    {
        using var lease = Lease(request.Name, request.Version);
        var configuration = ModelConfiguration.Of(lease.Manifest, options);
        return Task.FromResult(new ModelConfigResponse { Config = ModelMessages.Of(configuration) });
    }

    /// <inheritdoc />
    public override Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context)
    {
        var name = request.Name.Length == 0 ? null : ModelAddress.RequireName(request.Name);
        var statistics = models.Statistics(name, ModelAddress.RequireVersion(request.Version));
        return Task.FromResult(new ModelStatisticsResponse { ModelStats = { statistics.Select(ModelMessages.Of) } });
    }

    /// <inheritdoc />
    public override Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context) =>
        inference.AnswerAsync(request, context);

    /// <inheritdoc />
    public override Task ModelStreamInfer(
        IAsyncStreamReader<ModelInferRequest> requestStream,
        IServerStreamWriter<ModelStreamInferResponse> responseStream,
        ServerCallContext context) => inference.AnswerAllAsync(requestStream, responseStream, context);

    /// <inheritdoc />
    public override Task<RepositoryIndexResponse> RepositoryIndex(RepositoryIndexRequest request, ServerCallContext context)
    {
        OpenInference.RepositoryIndex.RequireOneRepository(request.RepositoryName);
        var entries = OpenInference.RepositoryIndex.Of(models, request.Ready);
        return Task.FromResult(new RepositoryIndexResponse { Models = { entries.Select(OfEntry) } });
    }

    /// <inheritdoc />
    public override async Task<RepositoryModelLoadResponse> RepositoryModelLoad(
        RepositoryModelLoadRequest request, ServerCallContext context)
    {
        var name = ModelOf(request.RepositoryName, request.ModelName);
        OpenInference.RepositoryIndex.RequireNoOverride(request.Parameters.Keys);
        await control.LoadAsync(name, context.CancellationToken);
        return new RepositoryModelLoadResponse { ModelName = name, IsLoaded = true };
    }

    /// <inheritdoc />
    public override Task<RepositoryModelUnloadResponse> RepositoryModelUnload(
        RepositoryModelUnloadRequest request, ServerCallContext context)
    {
        var name = ModelOf(request.RepositoryName, request.ModelName);
        control.Unload(name);
        return Task.FromResult(new RepositoryModelUnloadResponse { ModelName = name, IsUnloaded = true });
    }

    private static RepositoryIndexResponse.Types.ModelIndex OfEntry(IndexEntry entry) =>
        new() { Name = entry.Name, Version = entry.Version, State = entry.State, Reason = entry.Reason };

    /// <summary>The model of a request to load or unload. KServe's clients send its name where Triton's send a repository.</summary>
    private static string ModelOf(string repository, string model)
    {
        if (model.Length == 0)
        {
            return ModelAddress.RequireName(repository);
        }

        OpenInference.RepositoryIndex.RequireOneRepository(repository);
        return ModelAddress.RequireName(model);
    }

    private bool IsServed(string name, string? version)
    {
        try
        {
            using var lease = models.Lease(name, version);
            return true;
        }
        catch (RefusedRequestException)
        {
            return false;
        }
    }

    private ModelLease Lease(string name, string version) =>
        models.Lease(ModelAddress.RequireName(name), ModelAddress.RequireVersion(version));
}
