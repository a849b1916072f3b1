using System.Reflection;
using System.Text.Json;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Passes;

namespace Pipeline.Training.Detection.Export;

/// <summary>Writes a detector as a version of a model: one ONNX file and its manifest.</summary>
public static class DetectorExporter
{
    /// <returns>The version's directory.</returns>
    /// <exception cref="Pipeline.Shared.UserErrorException">
    /// The name or version cannot be used, or the model is too large for one file.
    /// </exception>
    public static string Export(Detector detector, ExportOptions options) => ModelDirectory.Publish(
        options.RepositoryRoot,
        options.Name,
        options.Version,
        (folder, version) => Write(detector, options, folder, version));

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

    private static bool UsesWinograd(ExportOptions options) => options.Winograd ?? options.Precision == ModelPrecision.Fp32;

    private static List<IOnnxPass> Rewrites(ExportOptions options)
    {
        var rewrites = new List<IOnnxPass>();
        if (UsesWinograd(options))
        {
            rewrites.Add(new WinogradConvolution(DetectionTransform.SizeDivisiblePixels));
        }

        return rewrites;
    }

    private static ModelManifest Write(Detector detector, ExportOptions options, string folder, int version)
    {
        var model = Path.Combine(folder, ModelDirectory.ModelFileName);
        Graph(detector, Rewrites(options)).Save(model);
        return new ModelManifest
        {
            ContractVersion = ModelManifest.CurrentContractVersion,
            Name = options.Name,
            Version = version,
            Labels = options.Labels,
            LabelMap = options.LabelMap,
            Leak = options.Leak,
            MaxInputSidePixels = options.MaxSidePixels,
            ScoreThreshold = detector.ScoreThreshold,
            MaxDetections = detector.MaxDetections,
            Precision = options.Precision,
            Winograd = UsesWinograd(options),
            Opset = OnnxGraph.Opset,
            Files = new Dictionary<string, FileDigest> { [ModelDirectory.ModelFileName] = ModelDirectory.Digest(model) },
            CheckpointSha256 = options.CheckpointPath is { } checkpoint ? ModelDirectory.Digest(checkpoint).Sha256 : null,
            Training = JsonSerializer.SerializeToElement(detector.BuiltFrom, detector.BuiltFrom.GetType(), JsonFormat.Options),
            Created = DateTimeOffset.UtcNow,
            Tool = $"pipeline-train {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}",
        };
    }
}
