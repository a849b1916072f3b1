using System.Globalization;
using System.Text.Json;
using Pipeline.Golden;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>ONNX Runtime as Node.js has it: the package <c>onnxruntime-node</c> and tests/Interop/detect.js.</summary>
internal static class NodeRuntime
{
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "tests", "Interop");

    /// <summary>Runs a model; the test is skipped where Node.js or the package is missing.</summary>
    /// <param name="model">The ONNX file.</param>
    /// <param name="pixels">A file of bytes, [count, height, width, 3].</param>
    /// <param name="count">Of images.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="width">In pixels.</param>
    public static ModelAnswer Run(string model, string pixels, int count, int height, int width)
    {
        Assert.SkipUnless(OtherProgram.Run("node", "--version").Code == 0, "Node.js is not installed");
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(Folder, "node_modules", "onnxruntime-node")),
            "onnxruntime-node is not installed: npm ci --prefix tests/Interop");
        string[] sizes = [.. new[] { count, height, width }.Select(size => size.ToString(CultureInfo.InvariantCulture))];
        var (code, output, errors) = OtherProgram.Run("node", [Path.Combine(Folder, "detect.js"), model, pixels, .. sizes]);
        Assert.True(code == 0, errors);
        using var printed = JsonDocument.Parse(output);
        T[] Read<T>(string name) => printed.RootElement.GetProperty(name).GetProperty("data").Deserialize<T[]>()!;
        return new ModelAnswer(
            Boxes: Read<float>("boxes"),
            Scores: Read<float>("scores"),
            Labels: Read<long>("labels"),
            Counts: Read<long>("num_detections"));
    }
}
