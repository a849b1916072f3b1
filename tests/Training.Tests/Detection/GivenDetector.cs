using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

/// <summary>A detector that a test has made, as the one of a run.</summary>
/// <param name="make">Makes it.</param>
internal sealed class GivenDetector(Func<Detector> make) : IDetectorArchitecture
{
    public string Name => FasterRcnn.ArchitectureName;

    public Detector Create(FinetuneOptions options, Generator sampling) => make();

    public Detector Read(SafetensorsContent content, string key, string path) => throw new NotSupportedException();
}
