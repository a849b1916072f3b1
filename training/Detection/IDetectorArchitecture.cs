using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection.Training;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>An architecture of detectors: how one is made for a run, and how one is built again from its checkpoint.</summary>
internal interface IDetectorArchitecture
{
    /// <summary>The name that its detectors carry, as <c>faster_rcnn</c>.</summary>
    string Name { get; }

    /// <summary>A detector with first weights, on the CPU.</summary>
    /// <param name="options">The run's.</param>
    /// <param name="sampling">Random numbers of its samplers.</param>
    Detector Create(FinetuneOptions options, Generator sampling);

    /// <summary>A detector of the shape in a checkpoint's metadata, whose weights are read later; on the CPU.</summary>
    /// <param name="content">The checkpoint.</param>
    /// <param name="key">Where the metadata hold what it was built from.</param>
    /// <param name="path">Named in error messages.</param>
    /// <exception cref="Pipeline.Shared.UserErrorException">The metadata cannot be read, or a setting is out of its bounds.</exception>
    Detector Read(SafetensorsContent content, string key, string path);
}

/// <summary><see cref="FasterRcnn"/>.</summary>
internal sealed class FasterRcnnArchitecture : IDetectorArchitecture
{
    public string Name => FasterRcnn.ArchitectureName;

    public Detector Create(FinetuneOptions options, Generator sampling)
    {
        var recipe = BackboneStart.Detector(options) with { SamplerSeed = options.Seed };
        return new FasterRcnn(recipe, BalancedPositiveNegativeSampler.Random(sampling));
    }

    public Detector Read(SafetensorsContent content, string key, string path) =>
        new FasterRcnn(CheckpointMetadata.Read<DetectorOptions>(content, key, path));
}
