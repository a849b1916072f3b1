using System.Collections;

namespace Pipeline.Shared.Configuration;

/// <summary>What a setting takes, in words.</summary>
public static class SettingKind
{
    /// <summary>As "a whole number" or "one of cpu, cuda".</summary>
    public static string Of(Type type)
    {
        var kind = Nullable.GetUnderlyingType(type) ?? type;
        if (kind == typeof(int) || kind == typeof(long))
        {
            return "a whole number";
        }

        if (kind == typeof(double))
        {
            return "a number";
        }

        if (kind == typeof(bool))
        {
            return "true or false";
        }

        if (kind == typeof(string))
        {
            return "a text in quotes";
        }

        if (kind.IsEnum)
        {
            return "one of " + string.Join(", ", EnumNames.All(kind));
        }

        return OfMany(kind);
    }

    private static string OfMany(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return "pairs in braces, as { \"Person_sitting\": \"Pedestrian\" }";
        }

        if (typeof(IEnumerable).IsAssignableFrom(type) && type.IsGenericType)
        {
            return $"a list in brackets, each {Of(type.GetGenericArguments()[0])}";
        }

        return "settings in braces";
    }
}
