using Pipeline.Serving.Inference;

namespace Pipeline.Serving.Batching;

/// <summary>
/// Is told of every execution, so that it can be counted. The calls come from the threads of the instances, hold no lock, and may come at
/// the same time; they must be quick and must not throw.
/// </summary>
internal interface IBatchObserver
{
    /// <summary>An execution ended; nobody has its answers yet.</summary>
    void Executed(in BatchExecution execution);
}

/// <summary>An execution that ended.</summary>
/// <param name="Detector">The version of the model.</param>
/// <param name="Images">Images in the batch.</param>
/// <param name="QueueTime">How long its images waited, all together.</param>
/// <param name="InferenceTime">How long it took.</param>
/// <param name="Outcome">How it ended.</param>
internal readonly record struct BatchExecution(
    IDetector Detector, int Images, TimeSpan QueueTime, TimeSpan InferenceTime, BatchOutcome Outcome);

/// <summary>How an execution ended.</summary>
internal enum BatchOutcome
{
    /// <summary>Every image has its answer.</summary>
    Succeeded,

    /// <summary>The model failed.</summary>
    Failed,

    /// <summary>Nobody waited for any of its images any more.</summary>
    GivenUp,
}
