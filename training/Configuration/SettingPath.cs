using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Training.Configuration;

/// <summary>A setting of an options record, found by its key; case does not matter.</summary>
/// <param name="Keys">Canonical names from the outermost record in.</param>
/// <param name="Property">The setting's property.</param>
internal sealed record SettingPath(IReadOnlyList<string> Keys, JsonPropertyInfo Property)
{
    /// <summary>As <c>detector.fpnChannels</c>.</summary>
    public string Key => string.Join('.', Keys);

    /// <summary>The setting's type; that of the value where it may be null.</summary>
    public Type Type => Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    /// <summary>The range on the property.</summary>
    public RangeAttribute? Range => Attribute<RangeAttribute>();

    /// <summary>The range of the numbers of a list.</summary>
    public ElementsAttribute? Elements => Attribute<ElementsAttribute>();

    /// <exception cref="ConfigurationException">There is no such setting.</exception>
    public static SettingPath Find(Type options, string where, string[] keys)
    {
        var type = JsonFormat.Options.GetTypeInfo(options);
        var names = new List<string>();
        JsonPropertyInfo? found = null;
        foreach (var key in keys)
        {
            found = ConfigurationKeys.Find(type, key) ?? throw ConfigurationKeys.Unknown(where, string.Join('.', [.. names, key]), type);
            names.Add(found.Name);
            type = JsonFormat.Options.GetTypeInfo(found.PropertyType);
        }

        return found is null ? throw ConfigurationKeys.Unknown(where, "", type) : new SettingPath(names, found);
    }

    private T? Attribute<T>()
        where T : Attribute => ((MemberInfo?)Property.AttributeProvider)?.GetCustomAttribute<T>();
}
