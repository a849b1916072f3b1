using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Serving.Configuration;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Commands;

/// <summary><c>config</c>: the options that the service would run with, and where those that are not defaults come from.</summary>
/// <param name="flags">The service's own, so that it does not matter whether they stand before or after the command's name.</param>
internal sealed class ConfigCommand(ServiceFlags flags) : IProgramCommand
{
    private const string Masked = "***";
    private const string Description = """
        Prints the options that the service would run with.

        They are printed as JSON that --config takes; secrets are masked. Where each option that is no default was set is printed on
        standard error.

        Example:
          pipeline-serve config --config service.json --max-batch-size 4
        """;

    private static readonly JsonSerializerOptions Indented = new(JsonFormat.Options) { WriteIndented = true };

    /// <inheritdoc />
    public Command Create()
    {
        var command = new Command("config", Description);
        flags.AddTo(command);
        command.SetAction(parsed =>
        {
            var configuration = flags.Read(parsed);
            var options = configuration.Build();
            Console.WriteLine(Json(options));
            foreach (var (key, where) in configuration.Origins.Where(origin => IsOption(origin.Key)).OrderBy(origin => origin.Key))
            {
                Console.Error.WriteLine($"{key}: {where}");
            }

            return 0;
        });
        return command;
    }

    /// <summary>The options as a configuration file has them.</summary>
    internal static string Json(ServiceOptions options)
    {
        var root = new JsonObject();
        foreach (var setting in ServiceSetting.All)
        {
            var record = setting.Group.Length == 0 ? root : Inner(root, setting.Group);
            var value = JsonSerializer.SerializeToNode(setting.Path.ValueIn(options), JsonFormat.Options);
            record[setting.Path.Keys[^1]] = setting.IsSecret ? Mask(value) : value;
        }

        return root.ToJsonString(Indented);
    }

    private static JsonNode? Mask(JsonNode? value) => value switch
    {
        null => null,
        JsonArray list => new JsonArray([.. list.Select(_ => (JsonNode)Masked)]),
        _ => Masked,
    };

    private static JsonObject Inner(JsonObject root, string name)
    {
        if (!root.ContainsKey(name))
        {
            root[name] = new JsonObject();
        }

        return root[name]!.AsObject();
    }

    private static bool IsOption(string key) =>
        ServiceSetting.All.Any(setting => setting.Path.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
}
