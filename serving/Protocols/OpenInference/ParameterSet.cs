using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>The <c>parameters</c> of a request, an input or an output. Unknown ones are ignored.</summary>
/// <param name="place">Where they stand, for messages: <c>inputs[0].parameters</c>.</param>
internal sealed class ParameterSet(string place)
{
    private readonly Dictionary<string, object> values = new(StringComparer.Ordinal);

    /// <summary>Where they stand, for messages.</summary>
    public string Place => place;

    /// <summary>The names of those that were sent.</summary>
    public IEnumerable<string> Names => values.Keys;

    /// <summary>Adds a value: a string, a boolean, a <see cref="long"/>, a <see cref="ulong"/> or a <see cref="double"/>.</summary>
    /// <exception cref="RefusedRequestException">The name was sent before.</exception>
    public void Add(string name, object value)
    {
        if (!values.TryAdd(name, value))
        {
            throw new RefusedRequestException(FaultKind.Malformed, $"{place}: {Quoted.Text(name)} is sent twice; send it once.");
        }
    }

    /// <summary>Whether a parameter was sent with a value other than 0, false or an empty string.</summary>
    public bool IsSet(string name) => values.TryGetValue(name, out var value) && value is not (false or 0L or 0UL or 0.0 or "");

    /// <summary>A boolean; null when it was not sent.</summary>
    /// <exception cref="RefusedRequestException">The value is of another type.</exception>
    public bool? Flag(string name)
    {
        if (!values.TryGetValue(name, out var value))
        {
            return null;
        }

        return value is bool flag ? flag : throw Refusal(name, "true or false");
    }

    /// <summary>A whole number from 0; null when it was not sent.</summary>
    /// <exception cref="RefusedRequestException">The value is of another type or out of range.</exception>
    public long? Count(string name)
    {
        if (!values.TryGetValue(name, out var value))
        {
            return null;
        }

        return value switch
        {
            long and >= 0 => (long)value,
            ulong and <= long.MaxValue => (long)(ulong)value,
            _ => throw Refusal(name, $"a whole number from 0 to {long.MaxValue}"),
        };
    }

    private RefusedRequestException Refusal(string name, string expected) =>
        new(FaultKind.Malformed, $"{place}.{name} must be {expected}.");
}
