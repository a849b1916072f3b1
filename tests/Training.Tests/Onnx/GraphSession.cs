using Microsoft.ML.OnnxRuntime;
using Pipeline.Golden;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>A detector's graph in ONNX Runtime.</summary>
internal sealed class GraphSession : IDisposable
{
    private static readonly string[] OutputNames = ["boxes", "scores", "labels", "num_detections"];
    private readonly InferenceSession session;

    /// <param name="graph">The graph.</param>
    /// <param name="optimized">A file that receives what ONNX Runtime makes of it; null: none.</param>
    public GraphSession(OnnxGraph graph, string? optimized = null)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (optimized is not null)
        {
            options.OptimizedModelFilePath = optimized;
        }

        var file = Path.GetTempFileName();
        try
        {
            graph.Save(file);
            session = new InferenceSession(file, options);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <param name="pixels">RGB bytes of [N, height, width, 3].</param>
    /// <param name="images">N.</param>
    /// <param name="height">Of each image.</param>
    /// <param name="width">Of each image.</param>
    /// <returns>The detections of each image; labels from 0.</returns>
    public IReadOnlyList<DetectionRows> Detect(byte[] pixels, int images, int height, int width)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [images, height, width, 3]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["images"], [input], OutputNames);
        return Rows(
            outputs[0].GetTensorDataAsSpan<float>().ToArray(),
            outputs[1].GetTensorDataAsSpan<float>().ToArray(),
            outputs[2].GetTensorDataAsSpan<long>().ToArray(),
            outputs[3].GetTensorDataAsSpan<long>().ToArray());
    }

    /// <summary>The same of an evaluation's outputs.</summary>
    public static IReadOnlyList<DetectionRows> Rows(IReadOnlyDictionary<string, Tensor> outputs) => Rows(
        outputs["boxes"].contiguous().data<float>().ToArray(),
        outputs["scores"].contiguous().data<float>().ToArray(),
        outputs["labels"].contiguous().data<long>().ToArray(),
        outputs["num_detections"].contiguous().data<long>().ToArray());

    public void Dispose() => session.Dispose();

    private static DetectionRows[] Rows(float[] boxes, float[] scores, long[] labels, long[] counts)
    {
        var rows = labels.Length / counts.Length;
        return [.. counts.Select((count, image) => new DetectionRows(
            Boxes: [.. boxes.Skip(4 * rows * image).Take(4 * (int)count).Select(value => (double)value)],
            Scores: [.. scores.Skip(rows * image).Take((int)count).Select(value => (double)value)],
            Labels: [.. labels.Skip(rows * image).Take((int)count)]))];
    }
}
