namespace Pipeline.Shared.ModelRepository;

/// <summary>Texts of a manifest that are shown to people.</summary>
internal static class ManifestText
{
    private const int MostCharacters = 1000;

    /// <summary>Whether a text is one line that is not empty and not as long as a file; a reader of JSON may give null.</summary>
    public static bool IsLine(string? text) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= MostCharacters && !text.Any(char.IsControl);
}
