using CsCheck;

namespace Pipeline.Shared.Tests.Datasets;

/// <summary>Names that a format may read as something else, or not at all.</summary>
internal static class AwkwardNames
{
    private static readonly string[] Known =
    [
        "yes", "null", "~", "1", "0x1", "1e3", "2024-01-01", "a: b", "a #b", "# a", "- a", "[a]", "{a: b}",
        "*a", "&a", "!a", "%a", "@a", "|", "'", "\"", "\\", "\\n", "<b>&amp;", "]]>", " outer ", "two  spaces",
        "tab\there", "line\nbreak", "carriage\rreturn", "\u0085", "\u2028", "\u00A0", "\uFEFF", "\u0000", "\u0001", "\u007F",
        "\uD83D\uDE00", "e\u0301", "\u7D05\u7D30\u80DE", "\u043A\u043B\u0435\u0442\u043A\u0430", "\u202Ea", "\uFFFE",
    ];

    /// <summary>Those, and text of any characters.</summary>
    public static Gen<string> All { get; } = Gen.OneOf(
        Gen.Int[0, Known.Length - 1].Select(index => Known[index]),
        Gen.String[1, 12],
        Character.Array[1, 6].Select(string.Concat));

    private static Gen<string> Character =>
        Gen.Int[0x20, 0x2FFFF].Where(code => code is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32);
}
