using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints;

namespace Pipeline.Training.Configuration;

/// <summary>Options of a run from four layers, each over the one before: preset, file (JSON with comments), environment (<c>PIPELINE__KEY__KEY</c>), command line.</summary>
/// <typeparam name="T">The options' record.</typeparam>
internal sealed class RunConfiguration<T>
    where T : class
{
    private const string EnvironmentFront = "PIPELINE__";
    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 };
    private readonly JsonObject settings = [];

    /// <summary>A preset that comes with the program: <c>&lt;command&gt;.&lt;name&gt;.json</c>.</summary>
    public RunConfiguration<T> Preset(string command, string name)
    {
        var known = Presets(command);
        if (!known.Contains(name))
        {
            throw new UserErrorException($"--preset: there is no preset '{name}'; known are {string.Join(", ", known)}.");
        }

        using var stream = typeof(RunConfiguration<T>).Assembly.GetManifestResourceStream(ResourceName(command, name))!;
        using var reader = new StreamReader(stream);
        return Text(reader.ReadToEnd(), $"preset {name}");
    }

    /// <summary>A file, or nothing when null.</summary>
    public RunConfiguration<T> File(string? path) => path is null ? this
        : System.IO.File.Exists(path) ? Text(System.IO.File.ReadAllText(path), path)
        : throw new UserErrorException($"{path}: there is no such configuration file.");

    /// <summary>Variables that begin with <c>PIPELINE__</c>; two underscores separate keys, letters' case does not matter.</summary>
    public RunConfiguration<T> Environment(IDictionary variables)
    {
        foreach (var name in variables.Keys.Cast<string>().Where(name => name.StartsWith(EnvironmentFront, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            Set(name, name[EnvironmentFront.Length..].Split("__"), Value((string)variables[name]!));
        }

        return this;
    }

    /// <summary>One setting of the command line.</summary>
    /// <param name="option">Named in messages.</param>
    /// <param name="key">The setting, as <c>views.sizePixels</c>.</param>
    /// <param name="value">Anything that JSON can hold.</param>
    public RunConfiguration<T> Option(string option, string key, object? value)
    {
        Set(option, key.Split('.'), JsonSerializer.SerializeToNode(value, DetectorCheckpoint.Json));
        return this;
    }

    /// <summary>The options, checked.</summary>
    /// <exception cref="UserErrorException">A setting is missing, of the wrong kind or out of its range.</exception>
    public T Build()
    {
        try
        {
            var options = settings.Deserialize<T>(DetectorCheckpoint.Json)!;
            Check(options, "");
            return options;
        }
        catch (JsonException exception) when (exception.Path is { } path && !exception.Message.Contains("missing required", StringComparison.Ordinal))
        {
            throw new ConfigurationException("configuration", path.TrimStart('$', '.'), $"the value is not of the kind that is expected ({exception.Message.Split(" Path:")[0]})");
        }
        catch (JsonException exception)
        {
            // "… was missing required properties including: 'data', 'output'."
            var names = exception.Message.Split("including:") is [_, var list] ? list.Split(" Path:")[0].Trim().TrimEnd('.') : exception.Message;
            throw new UserErrorException($"configuration: {names} must be given, on the command line or in the file of --config.", exception);
        }
    }

    /// <summary>Names of a command's presets.</summary>
    public static IReadOnlyList<string> Presets(string command) =>
        [.. typeof(RunConfiguration<T>).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourceName(command, "")[..^5], StringComparison.Ordinal)).Select(name => name.Split('.')[^2]).Order(StringComparer.Ordinal)];

    private static string ResourceName(string command, string name) => $"Pipeline.Training.presets.{command}.{name}.json";

    private RunConfiguration<T> Text(string text, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Reading);
            ConfigurationKeys.Check(text, where, TypeInfo(typeof(T)), TypeInfo);
            Merge(settings, JsonObject.Create(document.RootElement)!);
            return this;
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"{where}:{exception.LineNumber + 1}: not JSON: {exception.Message.Split(" LineNumber:")[0]}", exception);
        }
    }

    private void Set(string where, string[] keys, JsonNode? value)
    {
        var (target, type) = (settings, TypeInfo(typeof(T)));
        for (var i = 0; i < keys.Length; i++)
        {
            var property = ConfigurationKeys.Find(type, keys[i]) ?? throw ConfigurationKeys.Unknown(where, string.Join('.', keys[..(i + 1)]), type);
            if (i == keys.Length - 1)
            {
                target[property.Name] = value;
                return;
            }

            (target, type) = (target[property.Name] as JsonObject ?? (JsonObject)(target[property.Name] = new JsonObject()), TypeInfo(property.PropertyType));
        }
    }

    private static JsonTypeInfo TypeInfo(Type type) => DetectorCheckpoint.Json.GetTypeInfo(type);

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static void Merge(JsonObject target, JsonObject source)
    {
        foreach (var (key, value) in source)
        {
            var name = target.Select(entry => entry.Key).FirstOrDefault(known => known.Equals(key, StringComparison.OrdinalIgnoreCase)) ?? key;
            if (value is JsonObject inner && target[name] is JsonObject known)
            {
                Merge(known, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }

    private static void Check(object options, string front)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var (value, key) = (property.GetValue(options), front + JsonNamingPolicy.CamelCase.ConvertName(property.Name));
            foreach (var rule in property.GetCustomAttributes<ValidationAttribute>().Where(rule => value is not null && !rule.IsValid(value)))
            {
                throw new ConfigurationException("configuration", key, $"{value} is refused: {rule.FormatErrorMessage(property.Name)}");
            }

            if (value is not null && property.PropertyType.Namespace?.StartsWith("Pipeline.", StringComparison.Ordinal) == true && property.PropertyType.IsClass)
            {
                Check(value, key + ".");
            }
        }
    }
}
