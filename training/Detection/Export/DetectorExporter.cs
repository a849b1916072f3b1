using System.Reflection;
using System.Text.Json;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Engine;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Passes;

namespace Pipeline.Training.Detection.Export;

/// <summary>Writes a detector as a version of a model: one ONNX file and its manifest.</summary>
public static class DetectorExporter
{
    /// <param name="detector">The detector, in evaluation mode.</param>
    /// <param name="options">What to export, and where to.</param>
    /// <param name="check">
    /// Looks at the finished folder before it is published, and says what the manifest is to say of it; if it throws, nothing is
    /// published. Null: nothing is checked.
    /// </param>
    /// <param name="control">Watches and ends the calibration, which takes as long as detecting in its images; null: nobody.</param>
    /// <returns>The version's directory.</returns>
    /// <exception cref="Pipeline.Shared.UserErrorException">
    /// The name or version cannot be used, the model is too large for one file, or int8 has no images that it can be calibrated with.
    /// </exception>
    public static string Export(
        Detector detector,
        ExportOptions options,
        Func<string, ModelManifest, ModelManifest>? check = null,
        RunControl? control = null)
    {
        options.RequireConsistent();
        return ModelDirectory.Publish(
            options.RepositoryRoot,
            options.Name,
            options.Version,
            (folder, version) => Write(detector, options, new Destination(folder, version), control ?? new RunControl()),
            check);
    }

    /// <summary>The graph that is written: what the detector emits, made smaller. The same weights give the same graph.</summary>
    /// <param name="detector">The detector, in evaluation mode.</param>
    /// <param name="rewrites">What else becomes of the graph once its constants are folded and shared: another precision for one.</param>
    internal static OnnxGraph Graph(Detector detector, params IReadOnlyList<IOnnxPass> rewrites)
    {
        var graph = detector.Emit();
        IOnnxPass[] passes = [new FoldConstants(), new ShareInitializers(), .. rewrites, new RemoveDeadNodes()];
        foreach (var pass in passes)
        {
            pass.Apply(graph);
        }

        return graph;
    }

    private static IReadOnlyList<IOnnxPass> Rewrites(ExportOptions options) => options.Precision switch
    {
        ModelPrecision.Fp16 => [new StoreAsFloat16()],
        _ => [],
    };

    private static ModelManifest Write(Detector detector, ExportOptions options, Destination destination, RunControl control)
    {
        var model = Path.Combine(destination.Folder, ModelDirectory.ModelFileName);
        var graph = Graph(detector, Rewrites(options));
        var quantization = options.Precision == ModelPrecision.Int8
            ? DetectorQuantization.Apply(graph, options.CalibrationImages, control)
            : null;
        graph.Save(model);
        return new ModelManifest
        {
            ContractVersion = ModelManifest.CurrentContractVersion,
            Name = options.Name,
            Version = destination.Version,
            Labels = options.Labels,
            LabelMap = options.LabelMap,
            Leak = options.Leak,
            MaxInputSidePixels = options.MaxSidePixels,
            ScoreThreshold = detector.ScoreThreshold,
            MaxDetections = detector.MaxDetections,
            Precision = options.Precision,
            Quantization = quantization,
            Opset = OnnxGraph.Opset,
            Files = new Dictionary<string, FileDigest> { [ModelDirectory.ModelFileName] = ModelDirectory.Digest(model) },
            CheckpointSha256 = options.CheckpointPath is { } checkpoint ? ModelDirectory.Digest(checkpoint).Sha256 : null,
            Training = JsonSerializer.SerializeToElement(detector.BuiltFrom, detector.BuiltFrom.GetType(), JsonFormat.Options),
            Created = DateTimeOffset.UtcNow,
            Tool = $"pipeline-train {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}",
        };
    }

    private sealed record Destination(string Folder, int Version);
}
