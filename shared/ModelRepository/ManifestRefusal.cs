namespace Pipeline.Shared.ModelRepository;

/// <summary>The one line that says why a manifest is refused: where, which field, what is wrong, and what to do.</summary>
internal static class ManifestRefusal
{
    private const string Advice = "Export the model again.";
    private const int LongestReason = 300;

    /// <summary>Something is wrong with a field.</summary>
    public static UserErrorException OfField(string place, string field, string reason, Exception? cause = null) =>
        OfFile(place, $"{field}: {reason}", cause);

    /// <summary>Something is wrong with the file.</summary>
    public static UserErrorException OfFile(string place, string reason, Exception? cause = null)
    {
        var message = $"{place}: {OneLine(reason)}. {Advice}";
        return cause is null ? new UserErrorException(message) : new UserErrorException(message, cause);
    }

    /// <summary>What is quoted from the file may have line breaks, and may be as long as the file.</summary>
    private static string OneLine(string reason)
    {
        var shown = reason.Length <= LongestReason ? reason : reason[..LongestReason] + "…";
        return string.Concat(shown.Select(letter => char.IsControl(letter) ? '?' : letter));
    }
}
