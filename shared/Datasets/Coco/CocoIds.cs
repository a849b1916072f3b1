using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>Numbers the ids of a file from 0 in the order in which they first occur, so that tables can be arrays.</summary>
internal sealed class CocoIds
{
    private const int MaxTextBytes = 4096;

    private readonly Dictionary<long, int> numbers = [];
    private readonly Dictionary<string, int> texts = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => numbers.Count + texts.Count;

    /// <summary>The index of the id at the current token: a whole number or a text.</summary>
    /// <returns>−1 when the token is neither; <paramref name="problem"/> then says what it is.</returns>
    public int IndexOf(ref JsonTokens json, out string? problem)
    {
        problem = null;
        if (json.TryWhole(out var number))
        {
            return IndexOf(numbers, number);
        }

        if (json.Text(MaxTextBytes) is { } text)
        {
            return IndexOf(texts, text);
        }

        problem = json.Type == JsonTokenType.Number
            ? $"{json.Shown()} is not a whole number below 2^53, which every program reads exactly; renumber it."
            : $"{json.Shown()} is neither a whole number nor a text; give the id.";
        return -1;
    }

    /// <summary>The id of each index as JSON.</summary>
    public string[] AsJson()
    {
        var all = new string[Count];
        foreach (var (number, index) in numbers)
        {
            all[index] = number.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var (text, index) in texts)
        {
            all[index] = $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
        }

        return all;
    }

    private int IndexOf<T>(Dictionary<T, int> known, T id)
        where T : notnull
    {
        var next = Count;
        if (known.TryGetValue(id, out var index))
        {
            return index;
        }

        known.Add(id, next);
        return next;
    }
}
