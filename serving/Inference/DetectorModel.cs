using Microsoft.ML.OnnxRuntime;
using Pipeline.Shared;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Inference;

/// <summary>One version of an exported detector in an ONNX Runtime session; safe for concurrent calls.</summary>
public sealed class DetectorModel : IDisposable
{
    private static readonly string[] Inputs = ["images"];
    private static readonly string[] Outputs = ["boxes", "scores", "labels", "num_detections"];
    private readonly InferenceSession session;

    private DetectorModel(ModelManifest manifest, InferenceSession session) => (Manifest, this.session) = (manifest, session);

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>What the model takes: the sides that it was exported for, within other limits.</summary>
    /// <param name="manifest">Of the model.</param>
    /// <param name="limits">Those of the service; the decoder's when null.</param>
    public static ImageLimits LimitsOf(ModelManifest manifest, ImageLimits? limits = null)
    {
        limits ??= new ImageLimits();
        return limits with { MaxDimensionPixels = Math.Min(limits.MaxDimensionPixels, manifest.MaxInputSidePixels) };
    }

    /// <param name="modelDirectory"><c>&lt;repository&gt;/&lt;name&gt;/&lt;version&gt;</c></param>
    /// <param name="threads">Threads of one execution; 0: one a core.</param>
    /// <exception cref="UserErrorException">The directory's contract, sizes or digests do not fit, or ONNX Runtime refuses the file.</exception>
    public static DetectorModel Load(string modelDirectory, int threads = 0) => Load(ModelDirectory.Open(modelDirectory), threads);

    /// <param name="directory">The version, opened.</param>
    /// <param name="threads">Threads of one execution; 0: one a core.</param>
    /// <exception cref="UserErrorException">ONNX Runtime refuses the file.</exception>
    public static DetectorModel Load(ModelDirectory directory, int threads = 0)
    {
        OnnxRuntimeTelemetry.TurnOffTracing();
        try
        {
            using var options = new Microsoft.ML.OnnxRuntime.SessionOptions
            {
                IntraOpNumThreads = threads,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,   // what fails is thrown, and told once
            };
            return new DetectorModel(directory.Manifest, new InferenceSession(directory.ModelPath, options));
        }
        catch (OnnxRuntimeException exception)
        {
            throw new UserErrorException($"{directory.ModelPath}: ONNX Runtime refuses the model: {exception.Message}", exception);
        }
    }

    /// <summary>Detections of a batch of images, all of one size, by falling score.</summary>
    /// <exception cref="ArgumentException">The sizes differ, or there is no image.</exception>
    /// <exception cref="ImageException">An image is over the model's limit.</exception>
    /// <exception cref="InferenceException">
    /// ONNX Runtime failed while it ran the model, or the model's answer does not fit its manifest.
    /// </exception>
    public IReadOnlyList<IReadOnlyList<Detection>> Detect(IReadOnlyList<RgbImage> images)
    {
        if (images.Count == 0 || images.Any(image => image.WidthPixels != images[0].WidthPixels || image.HeightPixels != images[0].HeightPixels))
        {
            throw new ArgumentException("A batch holds at least one image, and all are of one size.", nameof(images));
        }

        var (width, height) = (images[0].WidthPixels, images[0].HeightPixels);
        if (Math.Max(width, height) > Manifest.MaxInputSidePixels)
        {
            throw new ImageException(ImageProblem.TooLarge, $"{width} x {height} pixels; the model takes sides up to {Manifest.MaxInputSidePixels}. Send a smaller image.");
        }

        using var input = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8, [images.Count, height, width, 3]);
        var pixels = input.GetTensorMutableDataAsSpan<byte>();
        var size = 3 * width * height;
        for (var i = 0; i < images.Count; i++)
        {
            images[i].Pixels.CopyTo(pixels[(i * size)..]);
        }

        using var run = new RunOptions();
        using var outputs = Run(run, input, width, height);
        var answer = new DetectorAnswer(Manifest, outputs, images.Count);
        return [.. Enumerable.Range(0, images.Count).Select(answer.Read)];
    }

    /// <summary>Ends the session.</summary>
    public void Dispose() => session.Dispose();

    /// <summary>Versions that were exported long ago fail on images that later ones take, as those of one pixel's width.</summary>
    private IDisposableReadOnlyCollection<OrtValue> Run(RunOptions options, OrtValue input, int width, int height)
    {
        try
        {
            return session.Run(options, Inputs, [input], Outputs);
        }
        catch (OnnxRuntimeException exception)
        {
            var failure = $"model {Manifest.Name} version {Manifest.Version} failed on an image of {width} x {height} pixels";
            throw new InferenceException($"{failure}: {Cause(exception)}. Send another image, or export the model again.", exception);
        }
    }

    /// <summary>Which node failed, in one line, without the lines of native code that the runtime tells behind it.</summary>
    private static string Cause(OnnxRuntimeException exception)
    {
        var message = exception.Message;
        var end = message.IndexOf(" Status Message:", StringComparison.Ordinal);
        var known = end < 0 ? message : message[..end];
        return known.ReplaceLineEndings("\n").Split('\n')[0].TrimEnd('.', ' ');
    }
}
