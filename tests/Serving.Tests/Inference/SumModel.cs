using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Serving.Tests.Inference;

/// <summary>
/// A model that finds in every image of any size one object, whose box says the sums of its three colors, divided by 255, and the sum of
/// all: fast, and every image has its own answer.
/// </summary>
internal static class SumModel
{
    public const string Name = "sums";

    /// <param name="repository">The repository; created if necessary.</param>
    /// <param name="maxSidePixels">Longest side that the manifest allows.</param>
    /// <param name="change">Changes the outputs before they are saved, to make another model.</param>
    /// <returns>The folder of the version.</returns>
    public static string Publish(string repository, int maxSidePixels = 4096, Action<OnnxGraph, OnnxValue>? change = null) =>
        ModelDirectory.Publish(repository, Name, version: null, (folder, version) =>
        {
            var graph = new OnnxGraph();
            var images = graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3);
            var pixels = graph.Mul(graph.Cast(images, OnnxType.Float), graph.Scalar(1 / 255.0));
            if (change is null)
            {
                AddOutputs(graph, pixels);
            }
            else
            {
                change(graph, pixels);
            }

            var file = Path.Combine(folder, ModelDirectory.ModelFileName);
            graph.Save(file);
            return Manifest(version, maxSidePixels, file);
        });

    /// <summary>A file as the model, with a manifest whose digest fits.</summary>
    /// <param name="repository">The repository; created if necessary.</param>
    /// <param name="model">Any bytes.</param>
    /// <returns>The folder of the version.</returns>
    public static string Publish(string repository, byte[] model) =>
        ModelDirectory.Publish(repository, Name, version: null, (folder, version) =>
        {
            var file = Path.Combine(folder, ModelDirectory.ModelFileName);
            File.WriteAllBytes(file, model);
            return Manifest(version, maxSidePixels: 4096, file);
        });

    /// <summary>The model in memory, to be changed.</summary>
    public static ModelProto Proto()
    {
        var graph = new OnnxGraph();
        var images = graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3);
        AddOutputs(graph, graph.Mul(graph.Cast(images, OnnxType.Float), graph.Scalar(1 / 255.0)));
        return graph.ToModel();
    }

    /// <summary>The outputs of a detector.</summary>
    public static void AddOutputs(OnnxGraph graph, OnnxValue pixels)
    {
        var colors = graph.Op("ReduceSum", [pixels, graph.Vector(1, 2)], ("keepdims", 0L));
        var all = graph.Op("ReduceSum", [colors, graph.Vector(1)], ("keepdims", 1L));
        var box = graph.Op("Unsqueeze", [graph.Op("Concat", [colors, all], ("axis", 1L)), graph.Vector(1)]);
        var zero = graph.Mul(all, graph.Scalar(0));
        var count = graph.Cast(graph.Op("Squeeze", [graph.Op("Exp", [zero]), graph.Vector(1)]), OnnxType.Int64);
        graph.Output("boxes", box, "N", 1, 4);
        graph.Output("scores", graph.Op("Exp", [zero]), "N", 1);
        graph.Output("labels", graph.Cast(zero, OnnxType.Int64), "N", 1);
        graph.Output("num_detections", count, "N");
    }

    private static ModelManifest Manifest(int version, int maxSidePixels, string file) => new()
    {
        ContractVersion = ModelManifest.CurrentContractVersion,
        Name = Name,
        Version = version,
        Labels = ["Sum"],
        MaxInputSidePixels = maxSidePixels,
        ScoreThreshold = 0.05,
        MaxDetections = 1,
        Precision = "fp32",
        Opset = OnnxGraph.Opset,
        Files = new Dictionary<string, FileDigest> { [ModelDirectory.ModelFileName] = ModelDirectory.Digest(file) },
        Created = DateTimeOffset.UnixEpoch,
        Tool = "a test",
    };
}
