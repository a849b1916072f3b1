using System.Globalization;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>The statistics of models with the fields of the protocol.</summary>
/// <param name="ModelStats">One entry for each version.</param>
internal sealed record JsonStatistics(IReadOnlyList<JsonStatistics.Version> ModelStats)
{
    /// <summary>The same in these fields.</summary>
    public static JsonStatistics Of(IEnumerable<ModelStatistics> statistics) => new([.. statistics.Select(OfVersion)]);

    private static Version OfVersion(ModelStatistics statistics) => new(
        Name: statistics.Name,
        VersionNumber: statistics.Version.ToString(CultureInfo.InvariantCulture),
        LastInference: statistics.LastInferenceMs,
        InferenceCount: statistics.InferenceCount,
        ExecutionCount: statistics.ExecutionCount,
        InferenceStats: OfRequests(statistics.Requests),
        BatchStats: [.. statistics.Batches.Select(OfBatch)]);

    private static Requests OfRequests(RequestStatistics requests) => new(
        Success: OfDuration(requests.Success),
        Fail: OfDuration(requests.Fail),
        Queue: OfDuration(requests.Queue),
        ComputeInput: OfDuration(requests.ComputeInput),
        ComputeInfer: OfDuration(requests.ComputeInfer),
        ComputeOutput: OfDuration(requests.ComputeOutput),
        CacheHit: new Duration(0, 0),
        CacheMiss: new Duration(0, 0));

    private static Batch OfBatch(BatchStatistics batch) => new(
        BatchSize: batch.BatchSize,
        ComputeInput: OfDuration(batch.ComputeInput),
        ComputeInfer: OfDuration(batch.ComputeInfer),
        ComputeOutput: OfDuration(batch.ComputeOutput));

    private static Duration OfDuration(StatisticDuration duration) => new(duration.Count, duration.Nanoseconds);

    internal sealed record Version(
        string Name,
        [property: System.Text.Json.Serialization.JsonPropertyName("version")] string VersionNumber,
        long LastInference,
        long InferenceCount,
        long ExecutionCount,
        Requests InferenceStats,
        IReadOnlyList<Batch> BatchStats);

    internal sealed record Requests(
        Duration Success,
        Duration Fail,
        Duration Queue,
        Duration ComputeInput,
        Duration ComputeInfer,
        Duration ComputeOutput,
        Duration CacheHit,
        Duration CacheMiss);

    internal sealed record Batch(long BatchSize, Duration ComputeInput, Duration ComputeInfer, Duration ComputeOutput);

    internal sealed record Duration(long Count, long Ns);
}
