using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pipeline.Serving.Configuration;
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

    private DetectorModel(ModelManifest manifest, InferenceSession session)
    {
        Manifest = manifest;
        this.session = session;
    }

    /// <summary>Name, version, labels and limits of the model.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The images that a model accepts: other limits, with the longest side that the model was exported for.</summary>
    /// <param name="manifest">The model's manifest.</param>
    /// <param name="limits">The service's limits; the decoder's when null.</param>
    public static ImageLimits LimitsOf(ModelManifest manifest, ImageLimits? limits = null)
    {
        limits ??= new ImageLimits();
        return limits with { MaxDimensionPixels = Math.Min(limits.MaxDimensionPixels, manifest.MaxInputSidePixels) };
    }

    /// <param name="modelDirectory"><c>&lt;repository&gt;/&lt;name&gt;/&lt;version&gt;</c></param>
    /// <param name="threads">Threads of one execution; 0 uses one per core.</param>
    /// <exception cref="UserErrorException">
    /// The directory's contract, sizes or digests do not match, or ONNX Runtime rejects the file.
    /// </exception>
    public static DetectorModel Load(string modelDirectory, int threads = 0) => Load(ModelDirectory.Open(modelDirectory), threads);

    /// <param name="directory">The version, already opened and verified.</param>
    /// <param name="threads">Threads of one execution; 0 uses one per core.</param>
    /// <exception cref="UserErrorException">ONNX Runtime rejects the file.</exception>
    public static DetectorModel Load(ModelDirectory directory, int threads = 0) =>
        Load(directory, new ExecutionOptions { Threads = threads == 0 ? null : threads });

    /// <param name="directory">The version, already opened and verified.</param>
    /// <param name="execution">How it is executed.</param>
    /// <exception cref="UserErrorException">ONNX Runtime rejects the file.</exception>
    public static DetectorModel Load(ModelDirectory directory, ExecutionOptions execution)
    {
        OnnxRuntimeTelemetry.TurnOffTracing();
        try
        {
            using var options = new Microsoft.ML.OnnxRuntime.SessionOptions
            {
                IntraOpNumThreads = execution.EffectiveThreads,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,   // failures are thrown, and reported once
            };
            return new DetectorModel(directory.Manifest, new InferenceSession(directory.ModelPath, options));
        }
        catch (OnnxRuntimeException exception)
        {
            throw new UserErrorException($"{directory.ModelPath}: ONNX Runtime rejects the model: {exception.Message}", exception);
        }
    }

    /// <summary>Runs the model once over a batch of images of one size.</summary>
    /// <returns>For each image its detections, by descending score; boxes in pixels of the image.</returns>
    /// <exception cref="ArgumentException">The sizes differ, or there is no image.</exception>
    /// <exception cref="ImageException">An image exceeds the model's limit.</exception>
    /// <exception cref="InferenceException">
    /// ONNX Runtime failed while running the model, or the model's outputs do not match its manifest.
    /// </exception>
    public IReadOnlyList<IReadOnlyList<Detection>> Detect(IReadOnlyList<RgbImage> images) =>
        Detect(instance: 0, images, CancellationToken.None);

    /// <summary>Runs the model once over a batch of images of one size.</summary>
    /// <param name="instance">Which execution this is, from 0; two executions at a time should not have the same number.</param>
    /// <param name="images">The images; the caller keeps and disposes them.</param>
    /// <param name="givenUp">Ends the execution early.</param>
    /// <inheritdoc cref="Detect(IReadOnlyList{RgbImage})" />
    /// <exception cref="OperationCanceledException">The execution was given up.</exception>
    public IReadOnlyList<IReadOnlyList<Detection>> Detect(int instance, IReadOnlyList<RgbImage> images, CancellationToken givenUp)
    {
        RequireOneSize(images);
        var width = images[0].WidthPixels;
        var height = images[0].HeightPixels;
        if (Math.Max(width, height) > Manifest.MaxInputSidePixels)
        {
            throw new ImageException(
                ImageProblem.TooLarge,
                $"{width} x {height} pixels; the model accepts sides of up to {Manifest.MaxInputSidePixels}. Send a smaller image.");
        }

        using var input = Stack(images, width, height);
        using var run = new RunOptions();
        using var outputs = Run(run, input, width, height);
        var answer = new DetectorAnswer(Manifest, outputs, images.Count);
        return [.. Enumerable.Range(0, images.Count).Select(answer.Read)];
    }

    /// <summary>Runs the model on black images of the sizes that requests will have, alone and in full batches.</summary>
    /// <param name="sizes">The sizes; those that the model does not accept are left out.</param>
    /// <param name="maxBatchSize">Images in a full batch.</param>
    /// <exception cref="InferenceException">The model failed.</exception>
    public void WarmUp(IReadOnlyList<WarmUpSize> sizes, int maxBatchSize)
    {
    }

    /// <summary>Ends the session.</summary>
    public void Dispose() => session.Dispose();

    private static void RequireOneSize(IReadOnlyList<RgbImage> images)
    {
        var sizes = images.Select(image => (image.WidthPixels, image.HeightPixels)).Distinct();
        if (sizes.Count() != 1)
        {
            throw new ArgumentException("A batch must hold at least one image, and all its images must have one size.", nameof(images));
        }
    }

    /// <returns>uint8 [N, H, W, 3]</returns>
    private static OrtValue Stack(IReadOnlyList<RgbImage> images, int width, int height)
    {
        long[] shape = [images.Count, height, width, 3];
        var stacked = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.UInt8, shape);
        var pixels = stacked.GetTensorMutableDataAsSpan<byte>();
        var imageBytes = 3 * width * height;
        for (var i = 0; i < images.Count; i++)
        {
            images[i].Pixels.CopyTo(pixels[(i * imageBytes)..]);
        }

        return stacked;
    }

    /// <summary>Old exports fail on images that newer ones accept, such as those one pixel wide.</summary>
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

    /// <summary>Which node failed, in one line, without the native stack frames that the runtime appends.</summary>
    private static string Cause(OnnxRuntimeException exception)
    {
        var message = exception.Message;
        var end = message.IndexOf(" Status Message:", StringComparison.Ordinal);
        var known = end < 0 ? message : message[..end];
        return known.ReplaceLineEndings("\n").Split('\n')[0].TrimEnd('.', ' ');
    }
}
