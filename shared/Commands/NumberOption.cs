using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Pipeline.Shared.Numbers;

namespace Pipeline.Shared.Commands;

/// <summary>Options whose values are numbers: read by <see cref="NumberRange{T}"/>, their range in the help.</summary>
public static class NumberOption
{
    /// <summary>An option with a default.</summary>
    /// <param name="name">As <c>--batch</c>.</param>
    /// <param name="range">What is taken.</param>
    /// <param name="defaultValue">When the option is left out.</param>
    /// <param name="description">For the help; the range is added.</param>
    public static Option<T> Create<T>(string name, NumberRange<T> range, T defaultValue, string description)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(name)
        {
            Description = Describe(description, range),
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result => Parse(result, name, range),
        };

    /// <summary>An option that may be left out.</summary>
    /// <inheritdoc cref="Create" />
    public static Option<T?> Optional<T>(string name, NumberRange<T> range, string description)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(name)
        {
            Description = Describe(description, range),
            CustomParser = result => Parse(result, name, range),
        };

    /// <summary>Reads the one value of an option; what is wrong with it becomes the parser's error.</summary>
    public static T Parse<T>(ArgumentResult result, string name, NumberRange<T> range)
        where T : struct, INumber<T>, IMinMaxValue<T> => Parse(result, result.Tokens[0].Value, name, range);

    /// <summary>Reads each value of an option that takes several.</summary>
    public static T[] ParseAll<T>(ArgumentResult result, string name, NumberRange<T> range)
        where T : struct, INumber<T>, IMinMaxValue<T> => [.. result.Tokens.Select(token => Parse(result, token.Value, name, range))];

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
