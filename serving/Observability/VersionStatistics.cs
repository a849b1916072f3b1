namespace Pipeline.Serving.Observability;

/// <summary>Adds up what a version does, for the statistics of the Open Inference Protocol.</summary>
/// <param name="name">Name of the model.</param>
/// <param name="version">Version of the model.</param>
/// <param name="time">Says when an execution ended.</param>
internal sealed class VersionStatistics(string name, int version, TimeProvider time)
{
    private readonly Lock owner = new();
    private readonly SortedDictionary<int, BatchStatistics> batches = [];
    private long lastInferenceMs;
    private long imageCount;
    private long executionCount;
    private RequestStatistics requests = new(
        Success: default, Fail: default, Queue: default, ComputeInput: default, ComputeInfer: default, ComputeOutput: default);

    /// <summary>Adds an execution.</summary>
    public void Executed(ExecutedBatch batch)
    {
        lock (owner)
        {
            lastInferenceMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            imageCount += batch.Images;
            executionCount++;
            var before = batches.GetValueOrDefault(
                batch.Images,
                new BatchStatistics(batch.Images, ComputeInput: default, ComputeInfer: default, ComputeOutput: default));
            batches[batch.Images] = new BatchStatistics(
                batch.Images,
                ComputeInput: Plus(before.ComputeInput, batch.InputTime),
                ComputeInfer: Plus(before.ComputeInfer, batch.InferenceTime),
                ComputeOutput: Plus(before.ComputeOutput, batch.OutputTime));
        }
    }

    /// <summary>Adds a request.</summary>
    public void Ended(RequestObservation request, TimeSpan duration)
    {
        lock (owner)
        {
            if (request.Outcome != RequestOutcomes.Answered)
            {
                requests = requests with { Fail = Plus(requests.Fail, duration) };
                return;
            }

            requests = requests with
            {
                Success = Plus(requests.Success, duration),
                Queue = Plus(requests.Queue, request.QueueTime),
                ComputeInput = Plus(requests.ComputeInput, request.DecodeTime),
                ComputeInfer = Plus(requests.ComputeInfer, request.InferenceTime),
                ComputeOutput = Plus(requests.ComputeOutput, request.EncodeTime),
            };
        }
    }

    /// <summary>The sums until now.</summary>
    public ModelStatistics Snapshot()
    {
        lock (owner)
        {
            return new ModelStatistics(
                Name: name,
                Version: version,
                LastInferenceMs: lastInferenceMs,
                InferenceCount: imageCount,
                ExecutionCount: executionCount,
                Requests: requests,
                Batches: [.. batches.Values]);
        }
    }

    private static StatisticDuration Plus(StatisticDuration sum, TimeSpan time) =>
        new(sum.Count + 1, sum.Nanoseconds + (long)time.TotalNanoseconds);
}
