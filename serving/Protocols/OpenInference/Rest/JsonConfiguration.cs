using System.Globalization;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>A model's configuration with the fields of Triton's JSON.</summary>
internal sealed record JsonConfiguration(
    string Name,
    string Platform,
    string Backend,
    JsonConfiguration.Policy VersionPolicy,
    int MaxBatchSize,
    IReadOnlyList<JsonConfiguration.Tensor> Input,
    IReadOnlyList<JsonConfiguration.Tensor> Output,
    IReadOnlyList<JsonConfiguration.Group> InstanceGroup,
    string DefaultModelFilename,
    JsonConfiguration.Batching DynamicBatching)
{
    /// <summary>The same in these fields.</summary>
    public static JsonConfiguration Of(ModelConfiguration configuration) => new(
        Name: configuration.Name,
        Platform: configuration.Platform,
        Backend: configuration.Backend,
        VersionPolicy: PolicyOf(configuration.NewestVersions),
        MaxBatchSize: configuration.MaxBatchSize,
        Input: [.. configuration.Input.Select(Tensor.Of)],
        Output: [.. configuration.Output.Select(Tensor.Of)],
        InstanceGroup: [GroupOf(configuration)],
        DefaultModelFilename: ModelConfiguration.DefaultModelFilename,
        DynamicBatching: new Batching([configuration.PreferredBatchSize], configuration.MaxQueueDelayMicroseconds));

    private static Policy PolicyOf(int newest) =>
        newest == 0 ? new Policy(All: new AllVersions()) : new Policy(Latest: new LatestVersions(newest));

    private static Group GroupOf(ModelConfiguration configuration) => configuration.Gpu is { } gpu
        ? new Group($"{configuration.Name}_0", "KIND_GPU", configuration.Instances, [gpu])
        : new Group($"{configuration.Name}_0", "KIND_CPU", configuration.Instances, Gpus: null);

    internal sealed record Policy(LatestVersions? Latest = null, AllVersions? All = null);

    internal sealed record LatestVersions(int NumVersions);

    internal sealed record AllVersions;

    internal sealed record Group(string Name, string Kind, int Count, IReadOnlyList<int>? Gpus);

    internal sealed record Batching(IReadOnlyList<int> PreferredBatchSize, long MaxQueueDelayMicroseconds);

    internal sealed record Tensor(string Name, string DataType, IReadOnlyList<long> Dims)
    {
        public static Tensor Of(TensorMetadata tensor) =>
            new(tensor.Name, string.Create(CultureInfo.InvariantCulture, $"TYPE_{tensor.Datatype}"), tensor.Shape);
    }
}
