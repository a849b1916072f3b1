using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>A training as <see cref="TrainingLoop{TBatch}"/> drives it. Steps count from 0 over the whole run, epochs from 1.</summary>
/// <typeparam name="TBatch">What a step learns from.</typeparam>
internal interface ITraining<TBatch> : IDisposable
    where TBatch : ITrainingBatch<TBatch>
{
    /// <summary>The command of the run, such as <c>finetune</c>; the names of the curves begin with it.</summary>
    string Name { get; }

    /// <summary>What a run learns from, for the first line of its log, as <c>12 frames</c>.</summary>
    string Subject { get; }

    /// <summary>Digests of the data, a record for <c>data.json</c>; with others a run is not resumed.</summary>
    object Data { get; }

    /// <summary>Warnings before the run starts.</summary>
    IReadOnlyList<string> Remarks { get; }

    /// <summary>Steps of an epoch.</summary>
    int StepsPerEpoch { get; }

    /// <summary>Steps of the whole run.</summary>
    long TotalSteps { get; }

    /// <summary>Whether the training has had enough before its last step.</summary>
    bool HasStoppedEarly { get; }

    /// <summary>A batch of fewer images makes no step.</summary>
    int LeastImages { get; }

    /// <summary>The module whose parameters the optimizer moves; on the device, in training mode when an epoch begins.</summary>
    nn.Module Model { get; }

    /// <summary>Files of the run's folder that <see cref="WriteProducts"/> writes.</summary>
    IReadOnlyList<string> Products { get; }

    /// <summary>Batches from a step on to the end of its epoch.</summary>
    IEnumerable<TBatch> Batches(long step);

    /// <summary>The learning rate of a step.</summary>
    double LearningRate(long step);

    /// <summary>What has to happen before the forward pass of a step.</summary>
    void BeginStep(long step);

    /// <summary>The forward pass of a batch or of a part of it.</summary>
    StepLosses Losses(TBatch part);

    /// <summary>What follows a step that moved the weights.</summary>
    void AfterStep();

    /// <summary>Numbers of the training's state that are logged with those of a step.</summary>
    IEnumerable<KeyValuePair<string, double>> Gauges();

    /// <summary>What an epoch ends with: products, measurements.</summary>
    /// <exception cref="OperationCanceledException">The epoch's end was ended; it can be made again.</exception>
    EpochReport EndEpoch(EpochSummary epoch, CancellationToken cancellation);

    /// <summary>What the run ends with, after its last epoch; made again when it was ended in between.</summary>
    /// <returns>Lines for the log.</returns>
    IEnumerable<string> EndRun(CancellationToken cancellation);

    /// <summary>Writes what the run is made for, as it is now; also when the run is ended.</summary>
    void WriteProducts();

    /// <summary>The steps have ended, for whatever reason; the run's folder is still there.</summary>
    void OnStopped();

    /// <summary>Tensors that the run needs to resume, by name.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> StateTensors();

    /// <summary>What else it needs, by name.</summary>
    IReadOnlyDictionary<string, string> StateTexts();

    /// <summary>Takes over what <see cref="StateTensors"/> and <see cref="StateTexts"/> gave.</summary>
    /// <exception cref="KeyNotFoundException">Something is missing.</exception>
    /// <exception cref="System.Text.Json.JsonException">A text is none of this training's.</exception>
    void Restore(RunState state);
}

/// <summary>What a step learns from; its tensors are on the host.</summary>
/// <typeparam name="TBatch">The batch itself.</typeparam>
internal interface ITrainingBatch<TBatch> : IDisposable
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The images, for messages, as <c>the frames 000001, 000002</c>.</summary>
    string Description { get; }

    /// <summary>Views of the batch in parts; they need not be disposed.</summary>
    IEnumerable<TBatch> Split(int parts);
}

/// <summary>What a forward pass gave.</summary>
/// <param name="Minimized">A scalar with its gradient's graph.</param>
/// <param name="Values">Other scalars to log, by name: means over the images.</param>
internal sealed record StepLosses(Tensor Minimized, IReadOnlyList<KeyValuePair<string, Tensor>> Values);

/// <summary>An epoch that is over.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Epochs">Of the whole run.</param>
/// <param name="StepsDone">Over the whole run.</param>
/// <param name="Sums">Of the epoch's steps.</param>
/// <param name="LearningRate">Of the last step.</param>
internal sealed record EpochSummary(int Number, int Epochs, long StepsDone, StepSums Sums, double LearningRate);

/// <summary>The results of an epoch.</summary>
/// <param name="Metrics">A record with a property <c>Epoch</c>: one line of <c>metrics.jsonl</c>.</param>
/// <param name="Line">The same as one line for the console and the log.</param>
internal sealed record EpochReport(object Metrics, string Line);

/// <summary>The state that a run resumes from.</summary>
/// <param name="Tensors">By name.</param>
/// <param name="Texts">By name.</param>
/// <param name="Path">The file, for messages.</param>
internal sealed record RunState(
    IReadOnlyDictionary<string, Tensor> Tensors,
    IReadOnlyDictionary<string, string> Texts,
    string Path)
{
    /// <summary>Tensors whose names have a prefix, without it.</summary>
    public Dictionary<string, Tensor> Below(string prefix) => Tensors
        .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);
}
