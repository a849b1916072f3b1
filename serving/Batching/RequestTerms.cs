namespace Pipeline.Serving.Batching;

/// <summary>Who is served first.</summary>
internal enum RequestClass
{
    /// <summary>Somebody waits for the answer.</summary>
    Live,

    /// <summary>Work that uses what live requests leave, such as an evaluation.</summary>
    Background,
}

/// <summary>On which terms an image waits for its execution.</summary>
/// <param name="Class">Who is served first.</param>
/// <param name="Deadline">
/// Time stamp of the service's <see cref="TimeProvider"/> by which the execution must have begun; a wall clock that jumps does not move it.
/// </param>
/// <param name="Aborted">Is cancelled when nobody waits for the answer any more.</param>
internal readonly record struct RequestTerms(RequestClass Class, long Deadline, CancellationToken Aborted);
