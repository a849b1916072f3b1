using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Backbones;
using Pipeline.Training.Data;
using Pipeline.Training.Modules;

namespace Pipeline.Training.Checkpoints;

/// <summary>A residual backbone in one <c>.safetensors</c> file: torchvision's names without a prefix; its shape in the metadata.</summary>
public static class BackboneCheckpoint
{
    private const string OptionsKey = "backbone";

    /// <param name="path">The file to write.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="options">Its shape.</param>
    /// <param name="learned">The images that it has learned from; null: nothing is known.</param>
    public static void Save(string path, ResNet backbone, ResNetOptions options, ImageDigests? learned = null)
    {
        var metadata = Metadata(options);
        LearnedImages.Add(metadata, learned);
        SafetensorsFile.Write(path, StateDict.InOrder(backbone), metadata);
    }

    /// <summary>A backbone of the file's shape, with live batch norms.</summary>
    /// <exception cref="UserErrorException">The file says no shape, or its weights do not fit it.</exception>
    internal static (ResNet Backbone, ResNetOptions Options) Load(string path, ILogger? log = null)
    {
        using var content = BackboneSource.Open(path, ImportHint.Backbone);
        content.RequireTensors(path);
        var options = Shape(content, path) ?? throw new UserErrorException(
            $"{path}: this is not a backbone that pretrain or import wrote: its metadata has no '{OptionsKey}'; "
            + $"if a residual network is in it, take it out: {ImportHint.Backbone.For(path)}");
        var shape = options with { BatchNorm = BatchNormMode.Train };
        var backbone = new ResNet(shape);
        LoadInto(backbone, content, path, log ?? NullLogger.Instance);
        return (backbone, shape);
    }

    /// <summary>Copies the weights and statistics of a file; counters of batches are not needed.</summary>
    /// <param name="backbone">Receives them.</param>
    /// <param name="path">A file that <see cref="Save"/> wrote, or the one of <see cref="ImageNetWeights"/>.</param>
    /// <param name="log">Receives warnings of values that are not finite; null: nobody is warned.</param>
    /// <exception cref="UserErrorException">The file is of another architecture.</exception>
    public static void LoadInto(ResNet backbone, string path, ILogger? log = null)
    {
        using var content = BackboneSource.Open(path, ImportHint.Backbone);
        LoadInto(backbone, content, path, log ?? NullLogger.Instance);
    }

    /// <summary>The same from a file that has been read.</summary>
    internal static void LoadInto(ResNet backbone, SafetensorsContent content, string path, ILogger log)
    {
        content.RequireTensors(path);
        if (Shape(content, path) is { } shape)
        {
            BackboneShape.RequireSame(backbone.Options, shape, path);
        }

        WeightLoading.Into(
            StateDict.WithoutCounters(StateDict.InOrder(backbone)),
            StateDict.WithoutCounters(content.Tensors),
            path,
            log,
            content.Unread,
            ImportHint.Backbone);
    }

    /// <summary>A backbone's shape, for the header of its file.</summary>
    internal static Dictionary<string, string> Metadata(ResNetOptions options) =>
        new() { [OptionsKey] = JsonSerializer.Serialize(options, JsonFormat.Options) };

    private static ResNetOptions? Shape(SafetensorsContent content, string path) => content.Metadata.ContainsKey(OptionsKey)
        ? CheckpointMetadata.Read<ResNetOptions>(content, OptionsKey, path)
        : null;
}
