using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Pipeline.Shared.Configuration;

/// <summary>
/// Checks options: every setting against the range on its property, then the rules of each record about its settings together.
/// </summary>
public static class OptionRules
{
    private const string Anywhere = "configuration";

    /// <param name="options">The options; the records in them are checked too.</param>
    /// <param name="origin">Where a setting was made, by its key; null where that is not known.</param>
    /// <exception cref="ConfigurationException">A setting is wrong; where, which and why are named.</exception>
    public static void Check(object options, Func<string, string>? origin = null)
    {
        var where = origin ?? (_ => Anywhere);
        CheckEach(options, "", where);
        CheckTogether(options, "", where);
    }

    private static void CheckEach(object options, string prefix, Func<string, string> where)
    {
        foreach (var property in Settings(options))
        {
            var key = prefix + NameOf(property);
            var value = property.GetValue(options);
            if (value is string text && (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal)))
            {
                throw new ConfigurationException(
                    where(key),
                    key,
                    "the text is empty or holds a null character; give a value, or leave the setting out.");
            }

            foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
            {
                if (!IsRight(rule, value, property))
                {
                    throw new ConfigurationException(where(key), key, $"{Text(value)} is refused; it must be {Wanted(rule)}.");
                }
            }

            if (value is not null && IsRecord(property))
            {
                CheckEach(value, key + ".", where);
            }
        }
    }

    private static void CheckTogether(object options, string prefix, Func<string, string> where)
    {
        foreach (var property in Settings(options).Where(IsRecord))
        {
            if (property.GetValue(options) is { } inner)
            {
                CheckTogether(inner, prefix + NameOf(property) + ".", where);
            }
        }

        if (options is IRelatedOptions related)
        {
            foreach (var problem in related.Problems())
            {
                var key = prefix + problem.Key;
                throw new ConfigurationException(where(key), key, problem.Reason);
            }
        }
    }

    private static bool IsRight(ValidationAttribute rule, object? value, PropertyInfo property)
    {
        if (value is null)
        {
            return MayBeNull(property);
        }

        // RangeAttribute would round a fraction before it compares.
        return rule is RangeAttribute range
            ? Number(value) >= Number(range.Minimum) && Number(value) <= Number(range.Maximum)
            : rule.IsValid(value);
    }

    private static double Number(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static bool MayBeNull(PropertyInfo property) =>
        new NullabilityInfoContext().Create(property).ReadState != NullabilityState.NotNull;

    private static string Wanted(ValidationAttribute rule) => rule switch
    {
        RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"from {range.Minimum} to {range.Maximum}"),
        ElementsAttribute elements =>
            string.Create(CultureInfo.InvariantCulture, $"a list of numbers from {elements.Least} to {elements.Most}"),
        LengthAttribute length when length.MinimumLength == length.MaximumLength => $"a list of {length.MinimumLength}",
        LengthAttribute length => $"a list of {length.MinimumLength} to {length.MaximumLength}",
        AllowedValuesAttribute allowed => "one of " + string.Join(", ", allowed.Values.Select(Name)),
        RequiredAttribute => "given and not empty",
        _ => rule.FormatErrorMessage("it"),
    };

    private static IEnumerable<PropertyInfo> Settings(object options) =>
        options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && property.GetIndexParameters().Length == 0);

    /// <summary>Whether a type is a record of options.</summary>
    internal static bool IsRecord(Type type) => type.IsClass && type.Namespace?.StartsWith("Pipeline.", StringComparison.Ordinal) == true;

    private static bool IsRecord(PropertyInfo property) => IsRecord(property.PropertyType);

    private static string NameOf(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static string Text(object? value) => value is double number
        ? number.ToString(CultureInfo.InvariantCulture)
        : JsonSerializer.Serialize(value, JsonFormat.Options);

    private static string Name(object? value) => value is Enum ? EnumNames.Of(value) : $"{value}";
}
