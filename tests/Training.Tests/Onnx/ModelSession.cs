using Microsoft.ML.OnnxRuntime;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>An exported model in ONNX Runtime.</summary>
/// <param name="path">Its ONNX file.</param>
internal sealed class ModelSession(string path) : IDisposable
{
    private static readonly string[] Inputs = ["images"];
    private static readonly string[] Outputs = ["boxes", "scores", "labels", "num_detections"];
    private readonly InferenceSession session = Open(path);

    /// <param name="images">Bytes of [height, width, 3], all of one size.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="width">In pixels.</param>
    public ModelAnswer Run(IReadOnlyList<byte[]> images, int height, int width)
    {
        var pixels = new byte[images.Count * height * width * 3];
        for (var image = 0; image < images.Count; image++)
        {
            images[image].CopyTo(pixels, image * height * width * 3);
        }

        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [images.Count, height, width, 3]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, Inputs, [input], Outputs);
        return new ModelAnswer(
            Boxes: outputs[0].GetTensorDataAsSpan<float>().ToArray(),
            Scores: outputs[1].GetTensorDataAsSpan<float>().ToArray(),
            Labels: outputs[2].GetTensorDataAsSpan<long>().ToArray(),
            Counts: outputs[3].GetTensorDataAsSpan<long>().ToArray());
    }

    public void Dispose() => session.Dispose();

    private static InferenceSession Open(string path)
    {
        using var options = new SessionOptions();
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");   // the runs are short, the sessions many
        return new InferenceSession(path, options);
    }
}
