using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Shared.Configuration;

/// <summary>A setting of an options record, found by its key; case does not matter.</summary>
/// <param name="Keys">Canonical names from the outermost record in.</param>
/// <param name="Property">The setting's property.</param>
public sealed record SettingPath(IReadOnlyList<string> Keys, JsonPropertyInfo Property)
{
    /// <summary>As <c>detector.fpnChannels</c>.</summary>
    public string Key => string.Join('.', Keys);

    /// <summary>The setting's type; that of the value where it may be null.</summary>
    public Type Type => Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    /// <summary>The range on the property.</summary>
    public RangeAttribute? Range => Attribute<RangeAttribute>();

    /// <summary>The range of the numbers of a list.</summary>
    public ElementsAttribute? Elements => Attribute<ElementsAttribute>();

    /// <summary>The type of the values of a list; null for what is no list.</summary>
    public Type? ElementType =>
        Type.IsGenericType && Type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? Type.GetGenericArguments()[0] : null;

    /// <summary>Whether it holds settings of its own.</summary>
    public bool IsRecord => OptionRules.IsRecord(Type);

    /// <summary>Every setting of an options record and of the records in it, in the order of their declaration.</summary>
    public static IEnumerable<SettingPath> All(Type options) => Within([], options);

    /// <summary>The setting's value.</summary>
    /// <param name="options">The outermost record.</param>
    public object? ValueIn(object options)
    {
        var value = options;
        foreach (var key in Keys)
        {
            var found = value is null ? null : ConfigurationKeys.Find(JsonFormat.Options.GetTypeInfo(value.GetType()), key);
            value = found?.Get!(value!);
        }

        return value;
    }

    /// <summary>What the setting takes, in words, with its range.</summary>
    public string Wanted => SettingKind.Of(Type) + (Range is { } range ? Limits(range) : "");

    /// <summary>An attribute of the setting's property; null when it has none.</summary>
    public TAttribute? Attribute<TAttribute>()
        where TAttribute : Attribute => ((MemberInfo?)Property.AttributeProvider)?.GetCustomAttribute<TAttribute>();

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

    private static string Limits(RangeAttribute range)
    {
        var isOpen = Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture) >= long.MaxValue;
        return isOpen
            ? string.Create(CultureInfo.InvariantCulture, $" from {range.Minimum} up")
            : string.Create(CultureInfo.InvariantCulture, $" from {range.Minimum} to {range.Maximum}");
    }

    private static IEnumerable<SettingPath> Within(IReadOnlyList<string> keys, Type type)
    {
        foreach (var property in ConfigurationKeys.Settings(JsonFormat.Options.GetTypeInfo(type)))
        {
            var setting = new SettingPath([.. keys, property.Name], property);
            if (!setting.IsRecord)
            {
                yield return setting;
                continue;
            }

            foreach (var inner in Within(setting.Keys, setting.Type))
            {
                yield return inner;
            }
        }
    }
}
