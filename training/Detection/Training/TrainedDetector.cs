using Microsoft.Extensions.Logging;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Engine;
using Pipeline.Training.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Training;

/// <summary>The detector that a run trains, and the averaged weights that follow it where the run has them.</summary>
internal sealed class TrainedDetector : IDisposable
{
    private const string WeightsPrefix = "weights.", AveragePrefix = "average.";

    private readonly FinetuneOptions options;
    private readonly IDetectorArchitecture architecture;
    private readonly Device device;
    private readonly ILogger log;
    private readonly Detector? average;

    /// <param name="options">The run's.</param>
    /// <param name="architecture">Of the detector.</param>
    /// <param name="device">Where it is trained.</param>
    /// <param name="sampling">Random numbers of its samplers.</param>
    /// <param name="log">Receives warnings of weights that are not finite.</param>
    /// <exception cref="Pipeline.Shared.UserErrorException">The file of first weights is of another architecture.</exception>
    public TrainedDetector(FinetuneOptions options, IDetectorArchitecture architecture, Device device, Generator sampling, ILogger log)
    {
        this.options = options;
        this.architecture = architecture;
        this.device = device;
        this.log = log;
        Learning = architecture.Create(options, sampling);
        Beginning = FirstWeights.LoadInto(options, Learning, log);
        Place(Learning);
        Learning.train();
        average = options.Ema is null ? null : Average(sampling);
    }

    /// <summary>The detector whose weights the optimizer moves.</summary>
    public Detector Learning { get; }

    /// <summary>What is measured and exported: the averaged weights where there are some.</summary>
    public Detector Product => average ?? Learning;

    /// <summary>Warnings about its initial weights.</summary>
    public IReadOnlyList<string> Beginning { get; }

    /// <summary>Moves the averages after a step.</summary>
    public void AfterStep()
    {
        if (average is not null)
        {
            AveragedWeights.Update(average, Learning, options.Ema!.Value);
        }
    }

    /// <summary>All weights, for the run's checkpoint.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
        [.. StateDict.InOrder(Learning, WeightsPrefix), .. average is null ? [] : StateDict.InOrder(average, AveragePrefix)];

    /// <summary>Takes over what <see cref="State"/> gave.</summary>
    public void Restore(RunState saved)
    {
        WeightLoading.Into(StateDict.InOrder(Learning), saved.Below(WeightsPrefix), saved.Path, log);
        if (average is not null)
        {
            WeightLoading.Into(StateDict.InOrder(average), saved.Below(AveragePrefix), saved.Path, log);
        }
    }

    /// <summary>Writes the product as a checkpoint.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="origin">The images that it has learned from.</param>
    public void Save(string path, WeightOrigin origin) =>
        DetectorCheckpoint.Save(path, Product, options.Labels, options.LabelMap, origin);

    /// <summary>A detector that <see cref="Save"/> wrote, on the run's device and in its precision; the caller disposes it.</summary>
    public Detector Load(string path)
    {
        var saved = DetectorCheckpoint.Load(path, [architecture], log).Detector;
        Place(saved);
        return saved;
    }

    public void Dispose()
    {
        average?.Dispose();
        Learning.Dispose();
    }

    private Detector Average(Generator sampling)
    {
        var follower = architecture.Create(options, sampling);
        Place(follower);
        AveragedWeights.Begin(follower, Learning);
        return follower;
    }

    /// <summary>Takes a detector to the run's device and precision.</summary>
    private void Place(Detector placed)
    {
        placed.to(device);
        placed.ComputeType = options.Precision.Type();
    }
}
