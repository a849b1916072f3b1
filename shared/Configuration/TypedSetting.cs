using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared.Numbers;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Configuration;

/// <summary>The text of a setting, from the command line or the environment, parsed as the setting's type.</summary>
public static class TypedSetting
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 16 };

    /// <param name="where">The option or variable, for messages.</param>
    /// <param name="setting">The setting.</param>
    /// <param name="text">The text as typed.</param>
    /// <exception cref="UserErrorException">The text is not of the setting's kind, or out of its range.</exception>
    public static JsonNode? Read(string where, SettingPath setting, string text)
    {
        var type = setting.Type;
        if (type == typeof(int))
        {
            return JsonValue.Create(Number<int>(where, text, setting.Range));
        }

        if (type == typeof(long))
        {
            return JsonValue.Create(Number<long>(where, text, setting.Range));
        }

        if (type == typeof(double))
        {
            return JsonValue.Create(Number<double>(where, text, setting.Range));
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(text, out var truth)
                ? JsonValue.Create(truth)
                : throw new UserErrorException($"{where}: '{text}' is neither true nor false.");
        }

        if (type.IsEnum)
        {
            return JsonValue.Create(EnumValue(where, type, text));
        }

        var isPlainList = setting.ElementType == typeof(string) && !text.TrimStart().StartsWith('[');
        if (isPlainList)
        {
            return ReadList(where, setting, [text]);
        }

        return type == typeof(string) ? JsonValue.Create(text) : Json(where, setting, text);
    }

    /// <summary>The values of a list: a number each, or texts with commas between them.</summary>
    /// <inheritdoc cref="Read" />
    public static JsonNode ReadList(string where, SettingPath setting, IEnumerable<string> texts)
    {
        if (setting.ElementType == typeof(string))
        {
            var parts = texts.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            return new JsonArray([.. parts.Select(part => (JsonNode)JsonValue.Create(part))]);
        }

        var elements = setting.Elements;
        var range = elements is null
            ? new NumberRange<int>(int.MinValue, int.MaxValue)
            : new NumberRange<int>((int)elements.Least, (int)elements.Most);
        return new JsonArray([.. texts.Select(text => (JsonNode)JsonValue.Create(Whole(text)))]);

        int Whole(string text) =>
            range.TryParse(text, out var number) ? number : throw new UserErrorException(range.Refusal(where, text));
    }

    /// <summary>The range of a setting in brackets, for the help; nothing where it has none.</summary>
    public static string RangeText(SettingPath setting) =>
        setting.Range is { } range ? string.Create(CultureInfo.InvariantCulture, $" [{range.Minimum} to {range.Maximum}]") : "";

    private static T Number<T>(string where, string text, RangeAttribute? range)
        where T : struct, System.Numerics.INumber<T>, System.Numerics.IMinMaxValue<T>
    {
        // A limit at the end of the type's own range may lie just outside it once it is a double.
        T Limit(object? limit, T otherwise) =>
            limit is null ? otherwise : T.CreateSaturating(Convert.ToDouble(limit, CultureInfo.InvariantCulture));
        var taken = new NumberRange<T>(Limit(range?.Minimum, T.MinValue), Limit(range?.Maximum, T.MaxValue));
        return taken.TryParse(text, out var number) ? number : throw new UserErrorException(taken.Refusal(where, text));
    }

    private static string EnumValue(string where, Type type, string text)
    {
        var names = EnumNames.All(type);
        return names.FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new UserErrorException($"{where}: {Excerpt.Of(text)} is not one of {string.Join(", ", names)}.");
    }

    private static JsonNode? Json(string where, SettingPath setting, string text)
    {
        if (setting.Type.Namespace?.StartsWith("Pipeline.", StringComparison.Ordinal) == true)
        {
            throw new UserErrorException($"{where}: {setting.Key} holds settings of its own; set them one by one, as {where}__NAME.");
        }

        try
        {
            return JsonNode.Parse(text, documentOptions: Reading);
        }
        catch (JsonException exception)
        {
            var reason = exception.Message.Split(" LineNumber:")[0];
            throw new UserErrorException($"{where}: {setting.Key}: '{text}' is not JSON, as [1, 2]: {reason}", exception);
        }
    }
}
