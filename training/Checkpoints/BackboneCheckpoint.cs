using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Configuration;
using Pipeline.Training.Data;
using Pipeline.Training.Modules;

namespace Pipeline.Training.Checkpoints;

/// <summary>A residual backbone in one <c>.safetensors</c> file: torchvision's names without a front; its shape in the metadata.</summary>
public static class BackboneCheckpoint
{
    private const string OptionsKey = "backbone";

    /// <param name="path">The file to write.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="options">Its shape.</param>
    /// <param name="learnt">The images that it has learnt from; null: nothing is known.</param>
    public static void Save(string path, ResNet backbone, ResNetOptions options, ImageDigests? learnt = null)
    {
        var metadata = new Dictionary<string, string> { [OptionsKey] = JsonSerializer.Serialize(options, JsonFormat.Options) };
        LearntImages.Add(metadata, learnt);
        SafetensorsFile.Write(path, StateDict.InOrder(backbone), metadata);
    }

    /// <summary>A backbone of the file's shape, with live batch norms.</summary>
    /// <exception cref="UserErrorException">The file says no shape, or its weights do not fit it.</exception>
    internal static (ResNet Backbone, ResNetOptions Options) Load(string path)
    {
        using var content = SafetensorsFile.Read(path);
        content.RequireTensors(path);
        if (!content.Metadata.ContainsKey(OptionsKey))
        {
            throw new UserErrorException(
                $"{path}: this is not a backbone that pretrain or import wrote: its metadata has no '{OptionsKey}'; "
                + $"if a residual network is in it, take it out: {ImportHint.Backbone.For(path)}");
        }

        var options = CheckpointMetadata.Read<ResNetOptions>(content, OptionsKey, path) with { BatchNorm = BatchNormMode.Train };
        var backbone = new ResNet(options);
        LoadInto(backbone, content, path);
        return (backbone, options);
    }

    /// <summary>Copies the weights and statistics of a file; counters of batches are not needed.</summary>
    /// <exception cref="UserErrorException">The file is of another architecture.</exception>
    public static void LoadInto(ResNet backbone, string path)
    {
        using var content = SafetensorsFile.Read(path);
        LoadInto(backbone, content, path);
    }

    /// <summary>The same from a file that has been read.</summary>
    internal static void LoadInto(ResNet backbone, SafetensorsContent content, string path)
    {
        content.RequireTensors(path);
        WeightLoading.Into(
            StateDict.WithoutCounters(StateDict.InOrder(backbone)),
            StateDict.WithoutCounters(content.Tensors),
            path,
            content.Unread,
            ImportHint.Backbone);
    }
}
