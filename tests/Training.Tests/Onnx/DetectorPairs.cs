using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>Detectors with weights by formula, each with its exported model in a session; one of the same options is made once.</summary>
public sealed class DetectorPairs : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("onnx").FullName;
    private readonly Dictionary<string, Pair> pairs = new(StringComparer.Ordinal);

    internal Pair Of(DetectorOptions options)
    {
        var key = JsonSerializer.Serialize(options);
        if (!pairs.TryGetValue(key, out var pair))
        {
            var detector = FormulaDetector.Of(options);
            var path = Path.Combine(folder, $"{pairs.Count}.onnx");
            DetectorExporter.Graph(detector).Save(path);
            pair = new Pair(detector, new InferenceSession(path));
            pairs.Add(key, pair);
        }

        return pair;
    }

    public void Dispose()
    {
        foreach (var (detector, session) in pairs.Values)
        {
            session.Dispose();
            detector.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <param name="Detector">In no dispose scope, if it is first asked for outside of one.</param>
    /// <param name="Session">Of its model.</param>
    internal sealed record Pair(FasterRcnn Detector, InferenceSession Session);
}
