using Pipeline.Serving.Inference;
using Pipeline.Serving.Observability;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Models;

/// <summary>A version of a model that is loaded. It stays loaded until whoever leased it has returned it.</summary>
internal sealed class ServedVersion : IDetector, IDisposable
{
    private readonly DetectorModel detector;
    private readonly ServiceMetrics service;

    /// <param name="detector">The model; disposed with this version.</param>
    /// <param name="limits">The service's limits on images.</param>
    /// <param name="service">Collects what is measured.</param>
    public ServedVersion(DetectorModel detector, ImageLimits limits, ServiceMetrics service)
    {
        this.detector = detector;
        this.service = service;
        Limits = DetectorModel.LimitsOf(detector.Manifest, limits);
        Metrics = service.Add(detector.Manifest, detector.Manifest.Files[ModelDirectory.ModelFileName].Sha256);
    }

    /// <summary>Name, version and labels of the model.</summary>
    public ModelManifest Manifest => detector.Manifest;

    /// <summary>The service's limits, and the model's where they are tighter.</summary>
    public ImageLimits Limits { get; }

    /// <summary>Requests that use it now; guarded by the lock of <see cref="ServedModels"/>.</summary>
    public int Leases { get; set; }

    /// <summary>Whether it takes no new request; guarded by the lock of <see cref="ServedModels"/>.</summary>
    public bool IsRetired { get; set; }

    /// <summary>What is measured of it.</summary>
    public VersionMetrics Metrics { get; }

    /// <inheritdoc />
    public IReadOnlyList<IReadOnlyList<Detection>> Detect(int instance, IReadOnlyList<RgbImage> images, CancellationToken givenUp)
    {
        var batch = detector.Execute(instance, images, givenUp);
        Metrics.Executed(new ExecutedBatch(
            Images: images.Count,
            InputTime: batch.InputTime,
            InferenceTime: batch.InferenceTime,
            OutputTime: batch.OutputTime));
        return batch.Detections;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        detector.Dispose();
        service.Remove(Manifest.Name, Manifest.Version);
    }
}
