namespace Pipeline.Serving.Observability;

/// <summary>How a request for detection can end: the values of the label <c>outcome</c>.</summary>
internal static class RequestOutcomes
{
    /// <summary>It was answered.</summary>
    public const string Answered = "ok";

    private const string Failed = "error";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Answered, "invalid", "too_large", "unauthorized", "queue_full", "deadline", "cancelled", "draining", "unavailable", Failed,
    ];

    /// <summary>The outcome, or <c>error</c> for one that is not in the list.</summary>
    public static string Known(string outcome) => All.Contains(outcome) ? outcome : Failed;
}
