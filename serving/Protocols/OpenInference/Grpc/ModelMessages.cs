using System.Globalization;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;
using Observed = Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>What the service says about models, as messages.</summary>
internal static class ModelMessages
{
    /// <summary>Names, types and shapes of the tensors.</summary>
    public static ModelMetadataResponse Of(ModelMetadata metadata) => new()
    {
        Name = metadata.Name,
        Versions = { metadata.Versions },
        Platform = metadata.Platform,
        Inputs = { metadata.Inputs.Select(OfTensor) },
        Outputs = { metadata.Outputs.Select(OfTensor) },
        Properties = { metadata.Properties.ToDictionary() },
    };

    /// <summary>How a model is served.</summary>
    public static ModelConfig Of(ModelConfiguration configuration) => new()
    {
        Name = configuration.Name,
        Platform = configuration.Platform,
        Backend = configuration.Backend,
        VersionPolicy = OfPolicy(configuration.NewestVersions),
        MaxBatchSize = configuration.MaxBatchSize,
        Input = { configuration.Input.Select(OfInput) },
        Output = { configuration.Output.Select(OfOutput) },
        InstanceGroup = { OfGroup(configuration) },
        DefaultModelFilename = ModelConfiguration.DefaultModelFilename,
        DynamicBatching = new ModelDynamicBatching
        {
            PreferredBatchSize = { configuration.PreferredBatchSize },
            MaxQueueDelayMicroseconds = (ulong)configuration.MaxQueueDelayMicroseconds,
        },
    };

    /// <summary>What a version has done.</summary>
    public static Messages.ModelStatistics Of(Observed.ModelStatistics statistics) => new()
    {
        Name = statistics.Name,
        Version = statistics.Version.ToString(CultureInfo.InvariantCulture),
        LastInference = (ulong)statistics.LastInferenceMs,
        InferenceCount = (ulong)statistics.InferenceCount,
        ExecutionCount = (ulong)statistics.ExecutionCount,
        InferenceStats = new InferStatistics
        {
            Success = OfDuration(statistics.Requests.Success),
            Fail = OfDuration(statistics.Requests.Fail),
            Queue = OfDuration(statistics.Requests.Queue),
            ComputeInput = OfDuration(statistics.Requests.ComputeInput),
            ComputeInfer = OfDuration(statistics.Requests.ComputeInfer),
            ComputeOutput = OfDuration(statistics.Requests.ComputeOutput),
            CacheHit = new Messages.StatisticDuration(),
            CacheMiss = new Messages.StatisticDuration(),
        },
        BatchStats = { statistics.Batches.Select(OfBatch) },
    };

    private static InferBatchStatistics OfBatch(BatchStatistics batch) => new()
    {
        BatchSize = (ulong)batch.BatchSize,
        ComputeInput = OfDuration(batch.ComputeInput),
        ComputeInfer = OfDuration(batch.ComputeInfer),
        ComputeOutput = OfDuration(batch.ComputeOutput),
    };

    private static Messages.StatisticDuration OfDuration(Observed.StatisticDuration duration) =>
        new() { Count = (ulong)duration.Count, Ns = (ulong)duration.Nanoseconds };

    private static ModelMetadataResponse.Types.TensorMetadata OfTensor(TensorMetadata tensor) =>
        new() { Name = tensor.Name, Datatype = tensor.Datatype, Shape = { tensor.Shape } };

    private static ModelInput OfInput(TensorMetadata tensor) =>
        new() { Name = tensor.Name, DataType = TypeOf(tensor), Dims = { tensor.Shape } };

    private static ModelOutput OfOutput(TensorMetadata tensor) =>
        new() { Name = tensor.Name, DataType = TypeOf(tensor), Dims = { tensor.Shape } };

    private static DataType TypeOf(TensorMetadata tensor) => tensor.Datatype switch
    {
        DetectorTensors.Uint8 => DataType.TypeUint8,
        DetectorTensors.Fp32 => DataType.TypeFp32,
        _ => DataType.TypeInt64,
    };

    private static ModelVersionPolicy OfPolicy(int newest) => newest == 0
        ? new ModelVersionPolicy { All = new ModelVersionPolicy.Types.All() }
        : new ModelVersionPolicy { Latest = new ModelVersionPolicy.Types.Latest { NumVersions = (uint)newest } };

    private static ModelInstanceGroup OfGroup(ModelConfiguration configuration)
    {
        var group = new ModelInstanceGroup
        {
            Name = $"{configuration.Name}_0",
            Count = configuration.Instances,
            Kind = configuration.Gpu is null ? ModelInstanceGroup.Types.Kind.Cpu : ModelInstanceGroup.Types.Kind.Gpu,
        };
        if (configuration.Gpu is { } gpu)
        {
            group.Gpus.Add(gpu);
        }

        return group;
    }
}
