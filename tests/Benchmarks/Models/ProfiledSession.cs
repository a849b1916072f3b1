using Microsoft.ML.OnnxRuntime;
using Pipeline.Benchmarks.Load;

namespace Pipeline.Benchmarks.Models;

/// <summary>A model in a session of ONNX Runtime that notes the time of every node.</summary>
internal sealed class ProfiledSession : IDisposable
{
    private static readonly string[] Inputs = ["images"];
    private static readonly string[] Outputs = ["boxes", "scores", "labels", "num_detections"];
    private readonly InferenceSession session;

    /// <param name="model">The ONNX file.</param>
    /// <param name="profile">Where the profile is written; the runtime adds the time to its name.</param>
    /// <param name="threads">Of one execution.</param>
    /// <param name="isOptimized">Whether the graph is optimized; else its nodes are executed as they stand in the file.</param>
    public ProfiledSession(string model, string profile, int threads, bool isOptimized)
    {
        using var options = new SessionOptions
        {
            ProfileOutputPathPrefix = profile,
            EnableProfiling = true,   // after the prefix, which it reads
            IntraOpNumThreads = threads,
            GraphOptimizationLevel = isOptimized ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
        };
        session = new InferenceSession(model, options);
    }

    /// <summary>Executes one image.</summary>
    public void Run(LoadImage image)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(image.Pixels, [1, image.HeightPixels, image.WidthPixels, 3]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, Inputs, [input], Outputs);
    }

    /// <summary>Ends the profile.</summary>
    public (IReadOnlyList<ProfiledNode> Nodes, IReadOnlyList<double> Runs) Profile() => ProfiledNode.Read(session.EndProfiling());

    public void Dispose() => session.Dispose();
}
