using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Shared.Configuration;

/// <summary>What the values of an enumeration are called in a configuration: in camel case, or as the value's attribute says.</summary>
public static class EnumNames
{
    /// <summary>The names of all values.</summary>
    public static IReadOnlyList<string> All(Type type) => [.. Enum.GetValues(type).Cast<object>().Select(Of)];

    /// <summary>The name of one value.</summary>
    public static string Of(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var member = $"{value}";
        return value.GetType().GetField(member)?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            ?? JsonNamingPolicy.CamelCase.ConvertName(member);
    }
}
