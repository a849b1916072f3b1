using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Pipeline.Shared.Numbers;

namespace Pipeline.Shared.Commands;

/// <summary>Options with numbers as values: parsed by <see cref="NumberRange{T}"/>, with their range in the help.</summary>
public static class NumberOption
{
    /// <summary>An option with a default.</summary>
    /// <param name="name">Such as <c>--batch</c>.</param>
    /// <param name="range">Accepted values.</param>
    /// <param name="defaultValue">Value if the option is omitted.</param>
    /// <param name="description">Text for the help; the range is appended.</param>
    public static Option<T> Create<T>(string name, NumberRange<T> range, T defaultValue, string description)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(name)
        {
            Description = Describe(description, range),
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result => Parse(result, name, range),
        };

    /// <summary>An option without a default.</summary>
    /// <inheritdoc cref="Create" />
    public static Option<T?> Optional<T>(string name, NumberRange<T> range, string description)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(name)
        {
            Description = Describe(description, range),
            CustomParser = result => Parse(result, name, range),
        };

    /// <summary>Parses the single value of an option; a wrong value becomes an error of the parser.</summary>
    public static T Parse<T>(ArgumentResult result, string name, NumberRange<T> range)
        where T : struct, INumber<T>, IMinMaxValue<T> => Parse(result, result.Tokens[0].Value, name, range);

    private static T Parse<T>(ArgumentResult result, string text, string name, NumberRange<T> range)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        if (!range.TryParse(text, out var value))
        {
            result.AddError(range.Refusal(name, text));
        }

        return value;
    }

    private static string Describe<T>(string description, NumberRange<T> range)
        where T : struct, INumber<T>, IMinMaxValue<T> =>
        string.Create(CultureInfo.InvariantCulture, $"{description} [{range.Least} to {range.Most}]");
}
