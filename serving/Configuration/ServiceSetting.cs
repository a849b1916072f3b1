using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Configuration;

/// <summary>
/// One of the service's options: everything that the command line and the help say about it follows from its property in
/// <see cref="ServiceOptions"/>.
/// </summary>
/// <param name="Path">The option's key.</param>
internal sealed record ServiceSetting(SettingPath Path)
{
    private static readonly ServiceOptions Defaults = new();

    /// <summary>Every option of the service, in the order of the records.</summary>
    public static IReadOnlyList<ServiceSetting> All { get; } =
        [.. SettingPath.All(typeof(ServiceOptions)).Select(path => new ServiceSetting(path))];

    /// <summary>The record that it is in, as <c>batching</c>.</summary>
    public string Group => Path.Keys.Count > 1 ? Path.Keys[0] : "";

    /// <summary>Its flag, as <c>--max-batch-size</c>.</summary>
    public string Flag => Path.Attribute<FlagAttribute>()?.Name ?? "--" + JsonNamingPolicy.KebabCaseLower.ConvertName(Path.Keys[^1]);

    /// <summary>Its environment variable, as <c>PIPELINE__BATCHING__MAXBATCHSIZE</c>.</summary>
    public string Variable => ConfigurationKeys.EnvironmentPrefix + string.Join("__", Path.Keys).ToUpperInvariant();

    /// <summary>Whether its value is never printed.</summary>
    public bool IsSecret => Path.Attribute<SecretAttribute>() is not null;

    /// <summary>Whether a list of values may be given.</summary>
    public bool IsList => Path.ElementType is not null;

    /// <summary>Whether the flag alone, without a value, means true.</summary>
    public bool IsSwitch => Path.Type == typeof(bool);

    /// <summary>What it does, from the documentation of its property.</summary>
    public string Description => SettingDocumentation.Of((PropertyInfo)Path.Property.AttributeProvider!);

    /// <summary>What it takes, as <c>a whole number from 1 to 64</c>.</summary>
    public string Accepted => IsList ? "one or several, separated by commas" : Path.Wanted.Replace("a text in quotes", "a text");

    /// <summary>Its default as it would be typed; empty where there is none.</summary>
    public string Default => Text(Path.ValueIn(Defaults));

    private static string Text(object? value) => value switch
    {
        null => "",
        bool isTrue => isTrue ? "true" : "false",
        Enum name => EnumNames.Of(name),
        IEnumerable<string> list => string.Join(',', list),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
