namespace Pipeline.Shared.ModelRepository;

/// <summary>The line that says why a manifest is refused: location, field, reason and advice.</summary>
internal static class ManifestRefusal
{
    private const string Advice = "Export the model again.";
    private const int MaxReasonLength = 300;

    /// <summary>Refuses a field.</summary>
    public static UserErrorException OfField(string location, string field, string reason, Exception? cause = null) =>
        OfFile(location, $"{field}: {reason}", cause);

    /// <summary>Refuses the file.</summary>
    public static UserErrorException OfFile(string location, string reason, Exception? cause = null)
    {
        var message = $"{location}: {OneLine(reason)}. {Advice}";
        return cause is null ? new UserErrorException(message) : new UserErrorException(message, cause);
    }

    /// <summary>Text quoted from the file may contain line breaks, and may be as long as the file.</summary>
    private static string OneLine(string reason)
    {
        var shown = reason.Length <= MaxReasonLength ? reason : reason[..MaxReasonLength] + "…";
        return string.Concat(shown.Select(letter => char.IsControl(letter) ? '?' : letter));
    }
}
