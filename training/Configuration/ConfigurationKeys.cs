using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Training.Configuration;

/// <summary>Finds keys that no option has, and says in which line.</summary>
internal static class ConfigurationKeys
{
    /// <summary>Walks over the text as the options' types prescribe.</summary>
    /// <exception cref="ConfigurationException">A key is unknown.</exception>
    public static void Check(string text, string where, JsonTypeInfo root, Func<Type, JsonTypeInfo> typeInfo)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ConfigurationException(where, "the file", "an object in braces is expected.");
        }

        Object(ref reader, bytes, where, "", root, typeInfo);
    }

    /// <summary>The option of a name; letters' case does not matter.</summary>
    public static JsonPropertyInfo? Find(JsonTypeInfo type, string name) =>
        type.Kind == JsonTypeInfoKind.Object ? type.Properties.FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) : null;

    public static ConfigurationException Unknown(string where, string key, JsonTypeInfo type) =>
        new(where, key, $"there is no such setting; known are {string.Join(", ", type.Properties.Select(property => property.Name).Order(StringComparer.Ordinal))}.");

    private static void Object(ref Utf8JsonReader reader, byte[] bytes, string where, string front, JsonTypeInfo type, Func<Type, JsonTypeInfo> typeInfo)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var line = 1 + bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n');
            var property = Find(type, name) ?? throw Unknown($"{where}:{line}", front + name, type);
            reader.Read();
            var inner = typeInfo(property.PropertyType);
            if (reader.TokenType == JsonTokenType.StartObject && inner.Kind == JsonTypeInfoKind.Object)
            {
                Object(ref reader, bytes, where, front + name + ".", inner, typeInfo);
            }
            else
            {
                reader.Skip();
            }
        }
    }
}
