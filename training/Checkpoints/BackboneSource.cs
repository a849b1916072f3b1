using Pipeline.Shared;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints;

/// <summary>Opens the file of a backbone's first weights.</summary>
internal static class BackboneSource
{
    /// <param name="path">A <c>.safetensors</c> file, or that of <see cref="ImageNetWeights"/>, which is converted in memory.</param>
    /// <param name="hint">What may turn another file into one that fits.</param>
    /// <exception cref="UserErrorException">The file is missing, damaged, or of another format.</exception>
    public static SafetensorsContent Open(string path, ImportHint hint) =>
        ImageNetWeights.IsAt(path) ? Converted(path) : SafetensorsFile.Read(path, hint);

    private static SafetensorsContent Converted(string path)
    {
        using var scope = NewDisposeScope();
        using var foreign = ForeignWeights.Read(path);
        if (foreign.Onnx is not { Input: not null })
        {
            throw new UserErrorException($"{path}: this is not the file that the program came with; build or publish the program again.");
        }

        using var imported = BackboneImport.Read(path, foreign, momentumEncoder: false, input: null);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, value) in StateDict.InOrder(imported.Backbone))
        {
            tensors.Add(name, value.detach().clone().DetachFromDisposeScope());
        }

        return new SafetensorsContent(tensors, BackboneCheckpoint.Metadata(imported.Report.Backbone));
    }
}
