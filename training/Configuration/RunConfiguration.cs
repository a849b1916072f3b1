using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Training.Configuration;

/// <summary>
/// Options of a run from four layers, each over the one before: preset, file (JSON with comments), environment
/// (<c>PIPELINE__KEY__KEY</c>), command line.
/// </summary>
/// <typeparam name="T">The options' record.</typeparam>
internal sealed class RunConfiguration<T>
    where T : class, ILayeredOptions
{
    private const long MaxFileBytes = 4_000_000;
    private const string EnvironmentPrefix = ConfigurationKeys.EnvironmentPrefix;
    private const string EnvironmentLayer = "environment";
    private const string OptionsLayer = "options";
    private static readonly JsonDocumentOptions Reading = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 16,
        AllowDuplicateProperties = false,
    };
    private static readonly JsonSerializerOptions Strict = new(JsonFormat.Options) { RespectNullableAnnotations = true };
    private readonly JsonObject settings = [];
    private readonly Dictionary<string, string> origins = new(StringComparer.OrdinalIgnoreCase);
    private readonly SettingHistory history = new();

    /// <summary>
    /// A preset that comes with the program: <c>&lt;command&gt;.&lt;name&gt;.json</c>, over the one that it names as its <c>base</c>.
    /// </summary>
    public RunConfiguration<T> Preset(string command, string name)
    {
        var known = Presets(command);
        if (!known.Contains(name))
        {
            throw new UserErrorException($"--preset: there is no preset '{name}'; known are {string.Join(", ", known)}.");
        }

        using var stream = typeof(RunConfiguration<T>).Assembly.GetManifestResourceStream(ResourceName(command, name))!;
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        var preset = JsonNode.Parse(text, documentOptions: Reading)!.AsObject();
        if ((string?)preset[ConfigurationKeys.Base] is { } extended)
        {
            Preset(command, extended);
        }

        return Text(text, $"preset {name}");
    }

    /// <summary>A file, or nothing when null.</summary>
    public RunConfiguration<T> File(string? path) =>
        path is null ? this : Text(InputFile.ReadText(path, "configuration file", MaxFileBytes), path);

    /// <summary>Variables that begin with <c>PIPELINE__</c>; two underscores separate keys, case does not matter.</summary>
    public RunConfiguration<T> Environment(IDictionary variables)
    {
        history.Enter(EnvironmentLayer);
        var ours = variables.Keys.Cast<string>().Where(IsOurs).Order(StringComparer.Ordinal);
        foreach (var name in ours)
        {
            var setting = SettingPath.Find(typeof(T), name, name[EnvironmentPrefix.Length..].Split("__"));
            if (origins.GetValueOrDefault(setting.Key) is { } other && IsOurs(other))
            {
                throw new UserErrorException($"{name}: {other} also sets {setting.Key}; keep one.");
            }

            Set(name, setting, TypedSetting.Read(name, setting, (string)variables[name]!));
        }

        return this;
    }

    /// <summary>One setting that the program makes.</summary>
    /// <param name="option">Named in error messages.</param>
    /// <param name="key">The setting, as <c>views.sizePixels</c>.</param>
    /// <param name="value">Anything that JSON can hold.</param>
    public RunConfiguration<T> Option(string option, string key, object? value)
    {
        var setting = SettingPath.Find(typeof(T), option, key.Split('.'));
        history.Enter(OptionsLayer);
        Set(option, setting, JsonSerializer.SerializeToNode(value, JsonFormat.Options));
        return this;
    }

    /// <summary>One setting of the command line, as it was typed: one text, or several for a list.</summary>
    /// <exception cref="UserErrorException">A text is not of the setting's kind, or out of its range.</exception>
    public RunConfiguration<T> Typed(string option, SettingPath setting, IReadOnlyList<string> texts)
    {
        var value = setting.Elements is null
            ? TypedSetting.Read(option, setting, texts[0])
            : TypedSetting.ReadList(option, setting, texts);
        history.Enter(OptionsLayer);
        Set(option, setting, value);
        return this;
    }

    /// <summary>The options, checked.</summary>
    /// <exception cref="UserErrorException">A setting is missing, of the wrong kind or out of its range.</exception>
    public T Build()
    {
        try
        {
            T.Settle(settings, history);
            var options = settings.Deserialize<T>(Strict)!;
            OptionRules.Check(options, Origin);
            return options;
        }
        catch (JsonException exception) when (
            exception.Path is { } path && !exception.Message.Contains("missing required", StringComparison.Ordinal))
        {
            throw NotOfItsKind(path.TrimStart('$', '.'), isNull: exception.Message.Contains("null values", StringComparison.Ordinal));
        }
        catch (JsonException exception)
        {
            // "… was missing required properties including: 'data', 'output'."
            var names = exception.Message.Split("including:") is [_, var list]
                ? list.Split(" Path:")[0].Trim().TrimEnd('.')
                : exception.Message;
            throw new UserErrorException(
                $"configuration: {names} must be given, on the command line or in the file of --config.", exception);
        }
    }

    /// <summary>Names of a command's presets.</summary>
    public static IReadOnlyList<string> Presets(string command) =>
        [
            .. typeof(RunConfiguration<T>).Assembly
                .GetManifestResourceNames()
                .Where(name => name.StartsWith(ResourceName(command, "")[..^5], StringComparison.Ordinal))
                .Select(name => name.Split('.')[^2])
                .Order(StringComparer.Ordinal),
        ];

    private static bool IsOurs(string variable) => variable.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase);

    private static string ResourceName(string command, string name) => $"Pipeline.Training.presets.{command}.{name}.json";

    private RunConfiguration<T> Text(string text, string where)
    {
        try
        {
            new ConfigurationKeys(where, text, TypeInfo, origins).Check(TypeInfo(typeof(T)));
            using var document = JsonDocument.Parse(text, Reading);
            var made = JsonObject.Create(document.RootElement)!;
            made.Remove(ConfigurationKeys.Base);
            history.Enter(where);
            foreach (var (key, value) in made)
            {
                var setting = ConfigurationKeys.Find(TypeInfo(typeof(T)), key)!;
                history.Add(setting.Name, origins[setting.Name], value);
            }

            Merge(settings, made);
            return this;
        }
        catch (JsonException exception)
        {
            throw new UserErrorException(
                $"{where}:{exception.LineNumber + 1}: not JSON: {exception.Message.Split(" LineNumber:")[0]}", exception);
        }
    }

    private void Set(string where, SettingPath setting, JsonNode? value)
    {
        var target = settings;
        var path = "";
        foreach (var key in setting.Keys.SkipLast(1))
        {
            path = path.Length == 0 ? key : $"{path}.{key}";
            if (!target.ContainsKey(key))
            {
                target[key] = new JsonObject();
            }

            var inner = target[key] as JsonObject ?? throw NotOfItsKind(path, isNull: false);

            target = inner;
        }

        target[setting.Keys[^1]] = value;
        origins[setting.Key] = where;
        history.Add(setting.Key, where, value);
    }

    /// <summary>A value that the setting's type cannot hold.</summary>
    /// <param name="path">As <c>detector.anchorSizes[0]</c>.</param>
    /// <param name="isNull">Whether it is null.</param>
    private ConfigurationException NotOfItsKind(string path, bool isNull)
    {
        var key = path.Split('[')[0];
        var type = SettingPath.Find(typeof(T), Origin(path), key.Split('.')).Property.PropertyType;
        var what = isNull ? "null is refused" : "the value has the wrong type";
        return new ConfigurationException(Origin(path), key, $"{what}; it must be {SettingKind.Of(type)}.");
    }

    /// <summary>Where a setting, or the record that contains it, was given.</summary>
    private string Origin(string key)
    {
        for (var known = key; known.Length > 0; known = known[..Math.Max(0, known.LastIndexOfAny(['.', '[']))])
        {
            if (origins.TryGetValue(known, out var where))
            {
                return where;
            }
        }

        return "configuration";
    }

    private static JsonTypeInfo TypeInfo(Type type) => JsonFormat.Options.GetTypeInfo(type);

    private static void Merge(JsonObject target, JsonObject source)
    {
        foreach (var (key, value) in source)
        {
            var name = target.Select(entry => entry.Key).FirstOrDefault(known => known.Equals(key, StringComparison.OrdinalIgnoreCase))
                ?? key;
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
}
