namespace Pipeline.Serving.Observability;

/// <summary>What a version of a model has done since it was loaded, as the statistics of the Open Inference Protocol count it.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the model.</param>
/// <param name="LastInferenceMs">When the last execution ended, in milliseconds since 1970 (UTC); 0 before the first.</param>
/// <param name="InferenceCount">Images executed.</param>
/// <param name="ExecutionCount">Executions: batches of images.</param>
/// <param name="Requests">Durations by request.</param>
/// <param name="Batches">Durations by size of the batch, ascending; only sizes that occurred.</param>
internal sealed record ModelStatistics(
    string Name,
    int Version,
    long LastInferenceMs,
    long InferenceCount,
    long ExecutionCount,
    RequestStatistics Requests,
    IReadOnlyList<BatchStatistics> Batches);

/// <summary>How many requests there were, and what they took.</summary>
/// <param name="Success">Requests that were answered, from arrival to the last byte of the answer.</param>
/// <param name="Fail">Requests that were not.</param>
/// <param name="Queue">Waiting, of requests that were answered; as the following three.</param>
/// <param name="ComputeInput">Decoding of the images.</param>
/// <param name="ComputeInfer">Execution.</param>
/// <param name="ComputeOutput">Encoding of the answer.</param>
internal sealed record RequestStatistics(
    StatisticDuration Success,
    StatisticDuration Fail,
    StatisticDuration Queue,
    StatisticDuration ComputeInput,
    StatisticDuration ComputeInfer,
    StatisticDuration ComputeOutput);

/// <summary>Executions of one size.</summary>
/// <param name="BatchSize">Images in an execution.</param>
/// <param name="ComputeInput">Copying the images into the input.</param>
/// <param name="ComputeInfer">Running the model.</param>
/// <param name="ComputeOutput">Reading the outputs.</param>
internal sealed record BatchStatistics(
    int BatchSize, StatisticDuration ComputeInput, StatisticDuration ComputeInfer, StatisticDuration ComputeOutput);

/// <summary>A number of events and their duration.</summary>
/// <param name="Count">How many.</param>
/// <param name="Nanoseconds">All together.</param>
internal readonly record struct StatisticDuration(long Count, long Nanoseconds);
