using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Reports;

namespace Pipeline.Training.Publishing;

using Detection = Pipeline.Shared.Geometry.Detection;

/// <summary>mAP as <c>pipeline-serve evaluate</c> reports it; 0..1.</summary>
/// <param name="Map">Mean over IoU 0.50 to 0.95; null where nothing was measured.</param>
/// <param name="Map50">At IoU 0.50.</param>
/// <param name="PerClass">By class; null where it has no object.</param>
public sealed record MeasuredModel(double? Map, double? Map50, IReadOnlyDictionary<string, ClassAveragePrecision?> PerClass);

/// <summary>The serving program, run as a user would run it: an exported model is measured by what will serve it.</summary>
/// <param name="path">Its file.</param>
internal sealed class ServingProgram(string path)
{
    /// <summary>Paths on one command line; the system limits its length.</summary>
    private const int MostPaths = 200;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The program that the build lays beside this one.</summary>
    public static ServingProgram Beside { get; } = new(Path.Combine(
        AppContext.BaseDirectory, "serve", OperatingSystem.IsWindows() ? "pipeline-serve.exe" : "pipeline-serve"));

    /// <summary>Makes sure, before any work, that it is there.</summary>
    /// <exception cref="UserErrorException">It is not.</exception>
    public void Require()
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(
                $"{path}: pipeline-serve, which runs exported models, is missing here; build the whole solution, or copy the "
                + "program's folder with its folder serve.");
        }
    }

    /// <summary>mAP of a model over the frames of a list, with ONNX Runtime.</summary>
    /// <param name="model">The version's directory.</param>
    /// <param name="data">The data set.</param>
    /// <param name="split">The list of frames.</param>
    /// <param name="folder">Where its report belongs; an earlier one is replaced.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <exception cref="ServingProgramException">It failed; the message is its own.</exception>
    public MeasuredModel Evaluate(string model, string data, string split, string folder, CancellationToken cancellation)
    {
        string[] input = ["--model", model, "--data", data, "--split", split, "--batch", "8"];
        var output = Run(["evaluate", .. input, "--output", folder, "--force", "--json"], _ => { }, cancellation);
        return JsonSerializer.Deserialize<MeasuredModel>(string.Join('\n', output), Json)!;
    }

    /// <summary>Compares two evaluations of the same frames.</summary>
    /// <param name="first">Folder of the baseline.</param>
    /// <param name="second">Folder of the other.</param>
    /// <param name="folder">Where the report belongs; an earlier one is replaced.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <exception cref="ServingProgramException">It failed; the message is its own.</exception>
    public ComparisonReport Compare(string first, string second, string folder, CancellationToken cancellation)
    {
        var output = Run(["evaluate", "compare", first, second, "--output", folder, "--force", "--json"], _ => { }, cancellation);
        return JsonSerializer.Deserialize<ComparisonReport>(string.Join('\n', output), Json)!;
    }

    /// <summary>Detections of images, with ONNX Runtime.</summary>
    /// <param name="model">The version's directory.</param>
    /// <param name="images">Image files.</param>
    /// <param name="labels">The model's classes.</param>
    /// <param name="threshold">Omits detections with a lower score.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <param name="onImage">Receives the number of images done; null: nobody is told.</param>
    /// <exception cref="ServingProgramException">It failed; the message is its own.</exception>
    public IReadOnlyList<IReadOnlyList<Detection>> Detect(
        string model,
        IReadOnlyList<string> images,
        IReadOnlyList<string> labels,
        double threshold,
        CancellationToken cancellation,
        Action<int>? onImage = null)
    {
        var indices = labels.Select((label, index) => (label, index)).ToDictionary(entry => entry.label, entry => entry.index);
        var found = new List<IReadOnlyList<Detection>>();
        foreach (var files in images.Select(Path.GetFullPath).Chunk(MostPaths))
        {
            string[] options = ["--model", model, "--threshold", threshold.ToString(CultureInfo.InvariantCulture)];
            Run(
                ["detect", .. options, .. files],
                line =>
                {
                    found.Add(Read(line, indices));
                    onImage?.Invoke(found.Count);
                },
                cancellation);
        }

        return found;
    }

    private static Detection[] Read(string line, Dictionary<string, int> labels) =>
        [.. JsonSerializer.Deserialize<ImageLine>(line, Json)!.Detections.Select(found => new Detection(
            labels[found.Label],
            found.Score,
            new Box(found.Box[0], found.Box[1], found.Box[2], found.Box[3])))];

    /// <returns>The lines of its output.</returns>
    private List<string> Run(string[] arguments, Action<string> onLine, CancellationToken cancellation)
    {
        Require();
        cancellation.ThrowIfCancellationRequested();
        using var process = Process.Start(
            new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = new List<string>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            output.Add(line);
            onLine(line);
        }

        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? output
            : throw new ServingProgramException(arguments[0], process.ExitCode, errors.Result.Trim());
    }

    private sealed record ImageLine(IReadOnlyList<ObjectLine> Detections);

    private sealed record ObjectLine(string Label, float Score, float[] Box);
}

/// <summary>The serving program ended with an error.</summary>
/// <param name="command">Its command.</param>
/// <param name="exitCode">Its exit code.</param>
/// <param name="said">What it wrote to standard error.</param>
internal sealed class ServingProgramException(string command, int exitCode, string said)
    : Exception($"pipeline-serve {command} ended with code {exitCode}: {said}")
{
    /// <summary>What it wrote to standard error.</summary>
    public string Said => said;
}
