using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Configuration;

/// <summary>Finds the settings that a configuration's text makes, each with its line; an unknown one is refused.</summary>
/// <param name="where">The file, for messages.</param>
/// <param name="text">The file's content.</param>
/// <param name="typeInfo">The options' types.</param>
/// <param name="made">Receives file and line by the setting's key.</param>
public sealed class ConfigurationKeys(string where, string text, Func<Type, JsonTypeInfo> typeInfo, IDictionary<string, string> made)
{
    /// <summary>In a preset: the preset that it extends. No setting.</summary>
    public const string Base = "base";

    /// <summary>How the environment's variables of ours begin.</summary>
    public const string EnvironmentPrefix = "PIPELINE__";

    private const string PresetPrefix = "preset ";
    private readonly byte[] bytes = Encoding.UTF8.GetBytes(text);

    /// <summary>Walks over the text as the options' types prescribe.</summary>
    /// <exception cref="ConfigurationException">A setting is unknown or made twice.</exception>
    public void Check(JsonTypeInfo root)
    {
        var reader = new Utf8JsonReader(
            bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ConfigurationException(where, "the file", "an object in braces is expected.");
        }

        Object(ref reader, "", root);
    }

    /// <summary>The option of a name; case does not matter.</summary>
    public static JsonPropertyInfo? Find(JsonTypeInfo type, string name) =>
        Settings(type).FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The options of a record; what it computes from them is none.</summary>
    public static IEnumerable<JsonPropertyInfo> Settings(JsonTypeInfo type) =>
        type.Kind == JsonTypeInfoKind.Object ? type.Properties.Where(property => property.Set is not null) : [];

    /// <summary>The same settings under the names of their options, whatever case the text has.</summary>
    public static JsonObject Canonical(JsonObject settings, JsonTypeInfo type, Func<Type, JsonTypeInfo> typeInfo)
    {
        var canonical = new JsonObject();
        foreach (var (key, value) in settings)
        {
            var property = Find(type, key);
            var copy = value is JsonObject inner && property is not null && typeInfo(property.PropertyType).Kind == JsonTypeInfoKind.Object
                ? Canonical(inner, typeInfo(property.PropertyType), typeInfo)
                : value?.DeepClone();
            canonical[property?.Name ?? key] = copy;
        }

        return canonical;
    }

    /// <summary>The refusal of a setting that does not exist.</summary>
    public static ConfigurationException Unknown(string where, string key, JsonTypeInfo type)
    {
        string[] known = [.. Settings(type).Select(property => property.Name).Order(StringComparer.Ordinal)];
        if (known.Length == 0)
        {
            return new ConfigurationException(where, key, "there is no such setting.");
        }

        var meant = NearName.Of(key.Split('.')[^1], known) is { } near ? $"; did you mean {near}" : "";
        return new ConfigurationException(where, key, $"there is no such setting{meant}; known are {string.Join(", ", known)}.");
    }

    private void Object(ref Utf8JsonReader reader, string prefix, JsonTypeInfo type)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (name == Base && prefix.Length == 0 && where.StartsWith(PresetPrefix, StringComparison.Ordinal))
            {
                reader.Read();
                continue;
            }

            var at = $"{where}:{Line(reader)}";
            var property = Find(type, name) ?? throw Unknown(at, prefix + name, type);
            if (!seen.Add(property.Name))
            {
                throw new ConfigurationException(at, prefix + property.Name, "the setting is given twice; keep one.");
            }

            made[prefix + property.Name] = at;
            reader.Read();
            var inner = typeInfo(property.PropertyType);
            if (reader.TokenType == JsonTokenType.StartObject && inner.Kind == JsonTypeInfoKind.Object)
            {
                Object(ref reader, prefix + property.Name + ".", inner);
            }
            else if (reader.TokenType == JsonTokenType.StartObject && inner.Kind == JsonTypeInfoKind.Dictionary)
            {
                Pairs(ref reader, prefix + property.Name);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void Pairs(ref Utf8JsonReader reader, string key)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!seen.Add(name))
            {
                throw new ConfigurationException($"{where}:{Line(reader)}", key, $"'{name}' appears twice; keep one.");
            }

            reader.Read();
            reader.Skip();
        }
    }

    private int Line(in Utf8JsonReader reader) => 1 + bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n');
}
