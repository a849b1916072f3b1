using System.Diagnostics;
using System.Text.Json;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;

namespace Pipeline.Training.Experiments;

using Detection = Pipeline.Shared.Geometry.Detection;

/// <summary>mAP as <c>pipeline-serve evaluate</c> reports it; 0..1.</summary>
/// <param name="Map">Mean over IoU 0.50 to 0.95; null where nothing was measured.</param>
/// <param name="Map50">At IoU 0.50.</param>
/// <param name="PerClass">By class; null where it has no object.</param>
public sealed record MeasuredModel(double? Map, double? Map50, IReadOnlyDictionary<string, ClassAveragePrecision?> PerClass);

/// <summary>The serving program, run as a user would run it: an exported model is measured by what will serve it.</summary>
internal static class ServingProgram
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>mAP of a model over the frames of a list, with ONNX Runtime.</summary>
    public static MeasuredModel Evaluate(string model, string data, string split, CancellationToken cancellation) =>
        JsonSerializer.Deserialize<MeasuredModel>(
            Run(["evaluate", "--model", model, "--data", data, "--split", split, "--batch", "8", "--json"], cancellation), Json)!;

    /// <summary>Detections of images, with ONNX Runtime.</summary>
    public static IReadOnlyList<IReadOnlyList<Detection>> Detect(
        string model, IReadOnlyList<string> images, IReadOnlyList<string> labels, double threshold, CancellationToken cancellation)
    {
        var lines = Run(
            ["detect", "--model", model, "--threshold", threshold.ToString(System.Globalization.CultureInfo.InvariantCulture), .. images],
            cancellation).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonSerializer.Deserialize<ImageLine>(line, Json)!.Detections
            .Select(found => new Detection(
                labels.ToList().IndexOf(found.Label),
                found.Score,
                new Box(found.Box[0], found.Box[1], found.Box[2], found.Box[3]))).ToArray())];
    }

    private static string Run(string[] arguments, CancellationToken cancellation)
    {
        var program = Path.Combine(
            AppContext.BaseDirectory, "serve", OperatingSystem.IsWindows() ? "pipeline-serve.exe" : "pipeline-serve");
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"pipeline-serve {arguments[0]} ended with code {process.ExitCode}: {errors.Result.Trim()}");
    }

    private sealed record ImageLine(IReadOnlyList<ObjectLine> Detections);

    private sealed record ObjectLine(string Label, float Score, float[] Box);
}
