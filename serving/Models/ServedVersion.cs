using Pipeline.Serving.Inference;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Models;

/// <summary>A version of a model that is loaded. It stays loaded until whoever leased it has returned it.</summary>
internal sealed class ServedVersion : IDetector, IDisposable
{
    private readonly DetectorModel detector;

    /// <param name="detector">The model; disposed with this version.</param>
    /// <param name="limits">The service's limits on images.</param>
    public ServedVersion(DetectorModel detector, ImageLimits limits)
    {
        this.detector = detector;
        Limits = DetectorModel.LimitsOf(detector.Manifest, limits);
    }

    /// <summary>Name, version and labels of the model.</summary>
    public ModelManifest Manifest => detector.Manifest;

    /// <summary>The service's limits, and the model's where they are tighter.</summary>
    public ImageLimits Limits { get; }

    /// <summary>What the version has done.</summary>
    public ModelStatistics Statistics { get; } = new();

    /// <inheritdoc />
    public IReadOnlyList<IReadOnlyList<Detection>> Detect(int instance, IReadOnlyList<RgbImage> images, CancellationToken givenUp) =>
        detector.Detect(instance, images, givenUp);

    /// <inheritdoc />
    public void Dispose() => detector.Dispose();
}
