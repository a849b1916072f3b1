using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Training.Configuration;

/// <summary>Finds the settings that a configuration's text makes, each with its line; an unknown one is refused.</summary>
/// <param name="where">The file, for messages.</param>
/// <param name="text">The file's content.</param>
/// <param name="typeInfo">The options' types.</param>
/// <param name="made">Receives file and line by the setting's key.</param>
internal sealed class ConfigurationKeys(string where, string text, Func<Type, JsonTypeInfo> typeInfo, IDictionary<string, string> made)
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
        type.Kind == JsonTypeInfoKind.Object
            ? type.Properties.FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            : null;

    public static ConfigurationException Unknown(string where, string key, JsonTypeInfo type)
    {
        var known = type.Kind == JsonTypeInfoKind.Object
            ? $"; known are {string.Join(", ", type.Properties.Select(property => property.Name).Order(StringComparer.Ordinal))}"
            : "";
        return new ConfigurationException(where, key, $"there is no such setting{known}.");
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
