using System.Globalization;
using System.Numerics;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>What a value of a pickle is, in words for messages.</summary>
internal static class PickleKind
{
    /// <summary>The kind of a value.</summary>
    public static string Of(object? value) => value switch
    {
        null => "None",
        PickleTensor => "tensor",
        PickleDictionary => "dictionary",
        PickleList => "list",
        PickleTuple => "tuple",
        PickleOpaque { IsArray: true } => "NumPy array",
        PickleOpaque opaque => opaque.Kind.ToString(),
        PickleGlobal global => global.ToString(),
        bool => "truth value",
        long or double or BigInteger => "number",
        string => "text",
        byte[] => "bytes",
        _ => "value",
    };

    /// <summary>A dictionary's key, on one line.</summary>
    public static string Key(object key) => key switch
    {
        string text => text,
        PickleOpaque opaque => $"a key of the kind {opaque.Kind}",
        PickleTuple => "a tuple",
        _ when key == PickleDictionary.NoneKey => "None",
        _ => Convert.ToString(key, CultureInfo.InvariantCulture)!,
    };
}
