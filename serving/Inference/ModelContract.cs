using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Inference;

/// <summary>What every exported detector takes and returns.</summary>
internal static class ModelContract
{
    private const int Any = -1;

    /// <summary>Name of the input: uint8 [N, H, W, 3].</summary>
    public const string Images = "images";

    /// <summary>The input.</summary>
    public static IReadOnlyList<string> Inputs { get; } = [Images];

    /// <summary>The outputs: boxes [N, D, 4], scores [N, D], labels [N, D] and the number of detections [N].</summary>
    public static IReadOnlyList<string> Outputs { get; } = ["boxes", "scores", "labels", "num_detections"];

    /// <summary>Requires that a session has the inputs and outputs of a detector.</summary>
    /// <param name="session">The session.</param>
    /// <param name="directory">The model, for its number of detections and for the message.</param>
    /// <exception cref="UserErrorException">It has not.</exception>
    public static void Require(InferenceSession session, ModelDirectory directory)
    {
        var path = directory.ModelPath;
        var rows = directory.Manifest.MaxDetections;
        (string Name, TensorElementType Type, int[] Shape)[] outputs =
        [
            ("boxes", TensorElementType.Float, [Any, rows, 4]),
            ("scores", TensorElementType.Float, [Any, rows]),
            ("labels", TensorElementType.Int64, [Any, rows]),
            ("num_detections", TensorElementType.Int64, [Any]),
        ];
        Require(path, "input", Images, TensorElementType.UInt8, [Any, Any, Any, 3], session.InputMetadata);
        foreach (var (name, type, shape) in outputs)
        {
            Require(path, "output", name, type, shape, session.OutputMetadata);
        }

        if (session.InputMetadata.Count != 1)
        {
            throw new UserErrorException(
                $"{path}: the model has {session.InputMetadata.Count} inputs; a detector has the one input '{Images}'. "
                + "Export the model again.");
        }
    }

    private static void Require(
        string path,
        string kind,
        string name,
        TensorElementType type,
        int[] shape,
        IReadOnlyDictionary<string, NodeMetadata> found)
    {
        if (!found.TryGetValue(name, out var metadata))
        {
            throw new UserErrorException($"{path}: the model has no {kind} '{name}', so it is not a detector. Export the model again.");
        }

        if (!metadata.IsTensor || metadata.ElementDataType != type)
        {
            throw new UserErrorException($"{path}: the {kind} '{name}' of the model is not of type {type}. Export the model again.");
        }

        if (!Fits(metadata.Dimensions, shape))
        {
            throw new UserErrorException(
                $"{path}: the {kind} '{name}' of the model has the shape {Show(metadata.Dimensions)} in place of {Show(shape)}. "
                + "Export the model again.");
        }
    }

    /// <summary>A dimension that is known only when the model runs fits any.</summary>
    private static bool Fits(int[] found, int[] shape) =>
        found.Length == shape.Length && found.Zip(shape).All(pair => pair.First < 0 || pair.Second < 0 || pair.First == pair.Second);

    private static string Show(int[] shape) => $"[{string.Join(", ", shape.Select(size => size < 0 ? "any" : $"{size}"))}]";
}
