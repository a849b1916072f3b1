using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pipeline.Shared;

namespace Pipeline.Serving.Inference;

/// <summary>What every exported detector takes and returns.</summary>
internal static class ModelContract
{
    /// <summary>Name of the input: uint8 [N, H, W, 3].</summary>
    public const string Images = "images";

    /// <summary>The input.</summary>
    public static IReadOnlyList<string> Inputs { get; } = [Images];

    /// <summary>The outputs: boxes [N, D, 4], scores [N, D], labels [N, D] and the number of detections [N].</summary>
    public static IReadOnlyList<string> Outputs { get; } = ["boxes", "scores", "labels", "num_detections"];

    /// <summary>Requires that a session has the inputs and outputs of a detector.</summary>
    /// <param name="session">The session.</param>
    /// <param name="path">The file, for the message.</param>
    /// <exception cref="UserErrorException">It has not.</exception>
    public static void Require(InferenceSession session, string path)
    {
        Require(path, "input", Images, TensorElementType.UInt8, session.InputMetadata);
        foreach (var name in Outputs)
        {
            var type = name is "boxes" or "scores" ? TensorElementType.Float : TensorElementType.Int64;
            Require(path, "output", name, type, session.OutputMetadata);
        }

        if (session.InputMetadata.Count != 1)
        {
            throw new UserErrorException(
                $"{path}: the model has {session.InputMetadata.Count} inputs; a detector has the one input '{Images}'. "
                + "Export the model again.");
        }
    }

    private static void Require(
        string path, string kind, string name, TensorElementType type, IReadOnlyDictionary<string, NodeMetadata> found)
    {
        if (!found.TryGetValue(name, out var metadata))
        {
            throw new UserErrorException($"{path}: the model has no {kind} '{name}', so it is not a detector. Export the model again.");
        }

        if (!metadata.IsTensor || metadata.ElementDataType != type)
        {
            throw new UserErrorException($"{path}: the {kind} '{name}' of the model is not of type {type}. Export the model again.");
        }
    }
}
