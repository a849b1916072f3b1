using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Inference;

/// <summary>One version of an exported detector in sessions of ONNX Runtime; safe for concurrent calls.</summary>
public sealed class DetectorModel : IDisposable
{
    private const string ShrinkArenas = "memory.enable_memory_arena_shrinkage";

    private readonly DetectorSessions sessions;

    private DetectorModel(ModelManifest manifest, DetectorSessions sessions)
    {
        Manifest = manifest;
        this.sessions = sessions;
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

    /// <summary>Requires, before any model is read, that models can be executed as they are to be.</summary>
    /// <exception cref="UserErrorException">The build or the machine lacks the provider; what is missing is named.</exception>
    public static void RequireProvider(ExecutionOptions execution)
    {
        OnnxRuntimeTelemetry.TurnOffTracing();
        using var options = new SessionSettings(execution).Create();
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

    /// <param name="directory">The version.</param>
    /// <param name="execution">How it is executed.</param>
    /// <exception cref="UserErrorException">
    /// The file was changed since, ONNX Runtime rejects it, it is no detector, or the build or the machine lacks the provider.
    /// </exception>
    public static DetectorModel Load(ModelDirectory directory, ExecutionOptions execution) =>
        new(directory.Manifest, DetectorSessions.Create(directory, new SessionSettings(execution)));

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
    public IReadOnlyList<IReadOnlyList<Detection>> Detect(int instance, IReadOnlyList<RgbImage> images, CancellationToken givenUp) =>
        Execute(instance, images, givenUp).Detections;

    /// <summary>Runs the model once over a batch of images of one size, and measures it.</summary>
    /// <inheritdoc cref="Detect(int, IReadOnlyList{RgbImage}, CancellationToken)" />
    public DetectedBatch Execute(int instance, IReadOnlyList<RgbImage> images, CancellationToken givenUp)
    {
        var start = Stopwatch.GetTimestamp();
        RequireOneSize(images);
        var width = images[0].WidthPixels;
        var height = images[0].HeightPixels;
        if (!Accepts(width, height))
        {
            throw new ImageException(
                ImageProblem.TooLarge,
                $"{width} x {height} pixels; the model accepts sides of up to {Manifest.MaxInputSidePixels}. Send a smaller image.");
        }

        using var input = new ImageTensor(images);
        using var run = new RunOptions();
        var session = sessions[instance];
        if (session.Shrinking.IsDue(input.Bytes))
        {
            run.AddRunConfigEntry(ShrinkArenas, sessions.Arenas);
        }

        var inputTime = Stopwatch.GetElapsedTime(start);
        using var outputs = Run(session, run, input.Value, images[0], givenUp);
        var inferenceTime = Stopwatch.GetElapsedTime(start) - inputTime;
        var answer = new DetectorAnswer(Manifest, outputs, images.Count);
        var found = new Detection[images.Count][];
        for (var index = 0; index < found.Length; index++)
        {
            found[index] = answer.Read(index);
        }

        return new DetectedBatch(
            Detections: found,
            InputTime: inputTime,
            InferenceTime: inferenceTime,
            OutputTime: Stopwatch.GetElapsedTime(start) - inputTime - inferenceTime);
    }

    /// <summary>
    /// Runs the model on black images of the sizes that requests will have, alone and in full batches, each twice: the first executions
    /// of a shape take longer.
    /// </summary>
    /// <param name="sizes">The sizes; those that the model does not accept are left out.</param>
    /// <param name="maxBatchSize">Images in a full batch.</param>
    /// <exception cref="InferenceException">The model failed.</exception>
    public void WarmUp(IReadOnlyList<WarmUpSize> sizes, int maxBatchSize)
    {
        foreach (var size in sizes)
        {
            if (!Accepts(size.WidthPixels, size.HeightPixels))
            {
                continue;
            }

            using var image = RgbImage.Allocate(size.WidthPixels, size.HeightPixels);
            image.Pixels.Clear();
            var full = ImageTensor.MostImages(image.Pixels.Length, maxBatchSize);
            for (var instance = 0; instance < sessions.Count; instance++)
            {
                RunTwice(instance, [image]);
                if (full > 1)
                {
                    RunTwice(instance, [.. Enumerable.Repeat(image, full)]);
                }
            }
        }
    }

    /// <summary>Ends the sessions.</summary>
    public void Dispose() => sessions.Dispose();

    private static void RequireOneSize(IReadOnlyList<RgbImage> images)
    {
        for (var index = 1; index < images.Count; index++)
        {
            if (images[index].WidthPixels != images[0].WidthPixels || images[index].HeightPixels != images[0].HeightPixels)
            {
                throw new ArgumentException("All images of a batch must have one size.", nameof(images));
            }
        }

        if (images.Count == 0)
        {
            throw new ArgumentException("A batch must hold at least one image.", nameof(images));
        }
    }

    private bool Accepts(int width, int height) => Math.Max(width, height) <= Manifest.MaxInputSidePixels;

    private void RunTwice(int instance, IReadOnlyList<RgbImage> images)
    {
        Detect(instance, images, CancellationToken.None);
        Detect(instance, images, CancellationToken.None);
    }

    /// <summary>Old exports fail on images that newer ones accept, such as those one pixel wide.</summary>
    private IDisposableReadOnlyCollection<OrtValue> Run(
        DetectorSession session, RunOptions run, OrtValue input, RgbImage first, CancellationToken givenUp)
    {
        using var end = givenUp.UnsafeRegister(static run => ((RunOptions)run!).Terminate = true, run);
        try
        {
            return session.Onnx.Run(run, ModelContract.Inputs, [input], ModelContract.Outputs);
        }
        catch (OnnxRuntimeException) when (givenUp.IsCancellationRequested)
        {
            throw new OperationCanceledException(givenUp);
        }
        catch (OnnxRuntimeException exception)
        {
            var size = $"{first.WidthPixels} x {first.HeightPixels} pixels";
            var failure = $"model {Manifest.Name} version {Manifest.Version} failed on an image of {size}";
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
