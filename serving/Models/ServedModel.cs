using Pipeline.Serving.Configuration;
using Pipeline.Serving.Inference;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Models;

/// <summary>The model that answers requests, with the limits that its images must keep. Protocols look the model up here.</summary>
internal sealed class ServedModel : IDisposable
{
    private ServedModel(DetectorModel detector, ImageLimits limits)
    {
        Detector = detector;
        Limits = limits;
    }

    /// <summary>The detector, loaded.</summary>
    public DetectorModel Detector { get; }

    /// <summary>Name, version and labels of the model.</summary>
    public ModelManifest Manifest => Detector.Manifest;

    /// <summary>The service's limits, and the model's where they are tighter.</summary>
    public ImageLimits Limits { get; }

    /// <summary>Finds the model in the repository and loads it.</summary>
    /// <exception cref="UserErrorException">The model does not exist or cannot be served.</exception>
    public static ServedModel Load(ServiceOptions options)
    {
        var detector = DetectorModel.Load(ModelSelection.Find(options));
        return new ServedModel(detector, DetectorModel.LimitsOf(detector.Manifest, options.Limits));
    }

    /// <inheritdoc />
    public void Dispose() => Detector.Dispose();
}
