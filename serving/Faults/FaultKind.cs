namespace Pipeline.Serving.Faults;

/// <summary>
/// What can go wrong with a request, and what that means to a protocol: the one table of statuses. A further protocol adds its own
/// column here.
/// </summary>
/// <param name="HttpStatus">Status of the HTTP response.</param>
/// <param name="Origin">Who can remedy it, which decides how it is logged.</param>
internal sealed record FaultKind(int HttpStatus, FaultOrigin Origin)
{
    /// <summary>The request does not follow the protocol, or a parameter has no valid value.</summary>
    public static FaultKind Malformed { get; } = new(StatusCodes.Status400BadRequest, FaultOrigin.Client);

    /// <summary>Nothing is served at the path.</summary>
    public static FaultKind UnknownPath { get; } = new(StatusCodes.Status404NotFound, FaultOrigin.Client);

    /// <summary>The path is served, but not for this method.</summary>
    public static FaultKind UnsupportedMethod { get; } = new(StatusCodes.Status405MethodNotAllowed, FaultOrigin.Client);

    /// <summary>The body arrived too slowly.</summary>
    public static FaultKind SlowBody { get; } = new(StatusCodes.Status408RequestTimeout, FaultOrigin.Client);

    /// <summary>The body or the image exceeds a limit.</summary>
    public static FaultKind TooLarge { get; } = new(StatusCodes.Status413PayloadTooLarge, FaultOrigin.Client);

    /// <summary>The body is not an image, or is encoded in a way that is not supported.</summary>
    public static FaultKind UnsupportedContent { get; } = new(StatusCodes.Status415UnsupportedMediaType, FaultOrigin.Client);

    /// <summary>The body is an image that is damaged or incomplete.</summary>
    public static FaultKind DamagedImage { get; } = new(StatusCodes.Status422UnprocessableEntity, FaultOrigin.Client);

    /// <summary>The client went away; no response reaches it, and the status appears in the log and the metrics only.</summary>
    public static FaultKind ConnectionClosed { get; } = new(StatusCodes.Status499ClientClosedRequest, FaultOrigin.Client);

    /// <summary>The model failed on a valid image.</summary>
    public static FaultKind ModelFailed { get; } = new(StatusCodes.Status500InternalServerError, FaultOrigin.Model);

    /// <summary>The service's own code failed.</summary>
    public static FaultKind ServiceFailed { get; } = new(StatusCodes.Status500InternalServerError, FaultOrigin.Service);
}

/// <summary>Who can remedy a fault.</summary>
internal enum FaultOrigin
{
    /// <summary>The client, by sending another request. Logged as information, so that no client can trigger an alert.</summary>
    Client,

    /// <summary>Whoever exported the model. Logged as an error in one line.</summary>
    Model,

    /// <summary>Whoever maintains the service. Logged as an error with its stack trace.</summary>
    Service,
}
