using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Shared.Files;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Configuration;

/// <summary>
/// Options of a program from four layers, each over the one before: preset, where there are any, file (JSON with comments), environment
/// (<c>PIPELINE__KEY__KEY</c>), command line.
/// </summary>
/// <typeparam name="T">The options' record.</typeparam>
public sealed class LayeredConfiguration<T>
    where T : class, ILayeredOptions
{
    private const long MaxFileBytes = 4_000_000;
    private const string EnvironmentPrefix = ConfigurationKeys.EnvironmentPrefix;
    private const int LongestShown = 60;
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

    /// <summary>Where each setting that was made was made last, by its key: file and line, variable or option.</summary>
    public IReadOnlyDictionary<string, string> Origins => origins;

    /// <summary>
    /// A preset that comes with the program: <c>&lt;command&gt;.&lt;name&gt;.json</c>, over the one that it names as its <c>base</c>.
    /// </summary>
    public LayeredConfiguration<T> Preset(string command, string name)
    {
        var text = PresetFiles.Read(typeof(T).Assembly, command, name);
        var preset = JsonNode.Parse(text, documentOptions: Reading)!.AsObject();
        if ((string?)preset[ConfigurationKeys.Base] is { } extended)
        {
            Preset(command, extended);
        }

        return Text(text, $"preset {name}");
    }

    /// <summary>A file, or nothing when null.</summary>
    public LayeredConfiguration<T> File(string? path) =>
        path is null ? this : Text(InputFile.ReadText(path, "configuration file", MaxFileBytes), path);

    /// <summary>Variables that begin with <c>PIPELINE__</c>; two underscores separate keys, case does not matter.</summary>
    public LayeredConfiguration<T> Environment(IDictionary variables)
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
    public LayeredConfiguration<T> Option(string option, string key, object? value)
    {
        var setting = SettingPath.Find(typeof(T), option, key.Split('.'));
        history.Enter(OptionsLayer);
        Set(option, setting, JsonSerializer.SerializeToNode(value, JsonFormat.Options));
        return this;
    }

    /// <summary>One setting of the command line, as it was typed: one text, or several for a list.</summary>
    /// <exception cref="UserErrorException">A text is not of the setting's kind, or out of its range.</exception>
    public LayeredConfiguration<T> Typed(string option, SettingPath setting, IReadOnlyList<string> texts)
    {
        var isList = setting.Elements is not null || setting.ElementType == typeof(string);
        var value = isList ? TypedSetting.ReadList(option, setting, texts) : TypedSetting.Read(option, setting, texts[0]);
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

    private static bool IsOurs(string variable) => variable.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase);

    private LayeredConfiguration<T> Text(string text, string where)
    {
        try
        {
            new ConfigurationKeys(where, text, TypeInfo, origins).Check(TypeInfo(typeof(T)));
            using var document = JsonDocument.Parse(text, Reading);
            var made = ConfigurationKeys.Canonical(JsonObject.Create(document.RootElement)!, TypeInfo(typeof(T)), TypeInfo);
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
        var setting = SettingPath.Find(typeof(T), Origin(path), key.Split('.'));
        if (isNull)
        {
            return new ConfigurationException(Origin(path), key, $"null is refused; it must be {setting.Wanted}.");
        }

        var given = Given(setting) is { } value ? $", not {Excerpt.Line(value)}" : "";
        return new ConfigurationException(Origin(path), key, $"the value has the wrong type; it must be {setting.Wanted}{given}.");
    }

    /// <summary>The beginning of what a setting was set to, as JSON.</summary>
    private string? Given(SettingPath setting)
    {
        JsonNode? value = settings;
        foreach (var key in setting.Keys)
        {
            value = (value as JsonObject)?[key];
        }

        var text = value?.ToJsonString(JsonFormat.Options);
        return text?.Length > LongestShown ? text[..LongestShown] + "…" : text;
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
            if (value is JsonObject inner && target[key] is JsonObject known)
            {
                Merge(known, inner);
            }
            else
            {
                target[key] = value?.DeepClone();
            }
        }
    }
}
