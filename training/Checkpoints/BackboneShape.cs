using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Backbones;

namespace Pipeline.Training.Checkpoints;

/// <summary>Compares the network that a run has with the one that its first weights belong to.</summary>
internal static class BackboneShape
{
    /// <param name="run">The run's network.</param>
    /// <param name="file">The file's.</param>
    /// <param name="path">The file, for the message.</param>
    /// <exception cref="UserErrorException">They differ; the message gives the settings that fit.</exception>
    public static void RequireSame(ResNetOptions run, ResNetOptions file, string path)
    {
        if (Describe(run) != Describe(file))
        {
            throw new UserErrorException(
                $"{path}: the weights are of another architecture: {Describe(file)}, and the run's backbone is {Describe(run)}. Name other "
                + $"weights (none: random ones), or give the run this backbone in a file for --config: {Settings(file)}.");
        }
    }

    /// <summary>A network's architecture, width and blocks.</summary>
    public static string Describe(ResNetOptions options)
    {
        var blocks = string.Join(", ", options.BlocksPerLayer);
        var kind = options.IsBottleneck ? "bottleneck" : "basic";
        return FormattableString.Invariant($"a ResNet of {blocks} {kind} blocks and width {options.WidthMultiplier:0.####}");
    }

    private static string Settings(ResNetOptions file)
    {
        var settings = new JsonObject
        {
            ["architecture"] = file.Architecture,
            ["widthMultiplier"] = file.WidthMultiplier,
            ["blocks"] = JsonSerializer.SerializeToNode(file.BlocksPerLayer, JsonFormat.Options),
        };
        return $"\"backbone\": {settings.ToJsonString()}";
    }
}
