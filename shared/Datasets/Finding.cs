namespace Pipeline.Shared.Datasets;

/// <summary>Something about a data set that its user should know.</summary>
/// <param name="At">File, with its line or JSON path.</param>
/// <param name="Message">What is wrong there, and what to do; one line without the place.</param>
/// <remarks>An error: a command that needs the image or its labels refuses them. A warning: it goes on, and says what it does.</remarks>
public sealed record Finding(string At, string Message)
{
    /// <summary>
    /// Null for an error. For a warning what <see cref="FindingSummary"/> says about all of its kind, after their number:
    /// "boxes without area are left out".
    /// </summary>
    public string? Summary { get; init; }

    /// <summary>Whether the data cannot be used as they are.</summary>
    public bool IsError => Summary is null;

    /// <summary>An error that a reader has thrown; its message may begin with the place.</summary>
    /// <param name="path">The file that could not be read.</param>
    /// <param name="error">What was thrown.</param>
    public static Finding Of(string path, UserErrorException error)
    {
        var prefix = path + ": ";
        var message = error.Message;
        return new Finding(path, message.StartsWith(prefix, StringComparison.Ordinal) ? message[prefix.Length..] : message);
    }

    /// <inheritdoc />
    public override string ToString() => $"{At}: {Message}";
}
