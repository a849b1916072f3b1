using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace Pipeline.Benchmarks.Load;

/// <summary>The model in a session of ONNX Runtime without any service around it: what the service is measured against.</summary>
internal sealed class RawSession : IDisposable
{
    private static readonly string[] Inputs = ["images"];
    private static readonly string[] Outputs = ["boxes", "scores", "labels", "num_detections"];
    private readonly InferenceSession session;

    public RawSession(string modelPath, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        session = new InferenceSession(modelPath, options);
    }

    /// <summary>Executes each image once, one after the other.</summary>
    /// <returns>Seconds of each execution.</returns>
    public double[] Run(IReadOnlyList<LoadImage> images)
    {
        var seconds = new double[images.Count];
        for (var index = 0; index < seconds.Length; index++)
        {
            var start = Stopwatch.GetTimestamp();
            Execute(images[index]);
            seconds[index] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return seconds;
    }

    public void Dispose() => session.Dispose();

    private void Execute(LoadImage image)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(image.Pixels, [1, image.HeightPixels, image.WidthPixels, 3]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, Inputs, [input], Outputs);
    }
}
