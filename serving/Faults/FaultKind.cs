using Grpc.Core;

namespace Pipeline.Serving.Faults;

/// <summary>What can go wrong with a request, and what that means to each protocol: the one table of statuses.</summary>
/// <param name="HttpStatus">Status of the HTTP response.</param>
/// <param name="GrpcStatus">Status of the gRPC call.</param>
/// <param name="Outcome">What the metrics call it.</param>
/// <param name="Origin">Who can remedy it, which decides how it is logged.</param>
internal sealed record FaultKind(int HttpStatus, StatusCode GrpcStatus, string Outcome, FaultOrigin Origin)
{
    /// <summary>The request does not follow the protocol, or a parameter has no valid value.</summary>
    public static FaultKind Malformed { get; } =
        new(StatusCodes.Status400BadRequest, StatusCode.InvalidArgument, "invalid", FaultOrigin.Client);

    /// <summary>There is no such model or version.</summary>
    public static FaultKind UnknownModel { get; } = new(StatusCodes.Status404NotFound, StatusCode.NotFound, "invalid", FaultOrigin.Client);

    /// <summary>Nothing is served at the path.</summary>
    public static FaultKind UnknownPath { get; } =
        new(StatusCodes.Status404NotFound, StatusCode.Unimplemented, "invalid", FaultOrigin.Client);

    /// <summary>The path is served, but not for this method.</summary>
    public static FaultKind UnsupportedMethod { get; } =
        new(StatusCodes.Status405MethodNotAllowed, StatusCode.Unimplemented, "invalid", FaultOrigin.Client);

    /// <summary>The client takes none of the forms in which there is an answer.</summary>
    public static FaultKind NotAcceptable { get; } =
        new(StatusCodes.Status406NotAcceptable, StatusCode.InvalidArgument, "invalid", FaultOrigin.Client);

    /// <summary>The body arrived too slowly.</summary>
    public static FaultKind SlowBody { get; } =
        new(StatusCodes.Status408RequestTimeout, StatusCode.Cancelled, "cancelled", FaultOrigin.Client);

    /// <summary>The body or the image exceeds a limit.</summary>
    public static FaultKind TooLarge { get; } =
        new(StatusCodes.Status413PayloadTooLarge, StatusCode.ResourceExhausted, "too_large", FaultOrigin.Client);

    /// <summary>The body is not an image, or is encoded in a way that is not supported.</summary>
    public static FaultKind UnsupportedContent { get; } =
        new(StatusCodes.Status415UnsupportedMediaType, StatusCode.InvalidArgument, "invalid", FaultOrigin.Client);

    /// <summary>The body is an image that is damaged or incomplete.</summary>
    public static FaultKind DamagedImage { get; } =
        new(StatusCodes.Status422UnprocessableEntity, StatusCode.InvalidArgument, "invalid", FaultOrigin.Client);

    /// <summary>The key is missing or wrong.</summary>
    public static FaultKind Unauthorized { get; } =
        new(StatusCodes.Status401Unauthorized, StatusCode.Unauthenticated, "unauthorized", FaultOrigin.Client);

    /// <summary>The service has as much to do as it accepts.</summary>
    public static FaultKind QueueFull { get; } =
        new(StatusCodes.Status429TooManyRequests, StatusCode.ResourceExhausted, "queue_full", FaultOrigin.Client);

    /// <summary>The request is valid, but asks for something that this service does not do.</summary>
    public static FaultKind Unsupported { get; } =
        new(StatusCodes.Status501NotImplemented, StatusCode.Unimplemented, "invalid", FaultOrigin.Client);

    /// <summary>The client went away; no response reaches it, and the status appears in the log and the metrics only.</summary>
    public static FaultKind ConnectionClosed { get; } =
        new(StatusCodes.Status499ClientClosedRequest, StatusCode.Cancelled, "cancelled", FaultOrigin.Client);

    /// <summary>The model is known, but no version of it is ready.</summary>
    public static FaultKind ModelUnavailable { get; } =
        new(StatusCodes.Status503ServiceUnavailable, StatusCode.Unavailable, "unavailable", FaultOrigin.Client);

    /// <summary>The service is ending.</summary>
    public static FaultKind Draining { get; } =
        new(StatusCodes.Status503ServiceUnavailable, StatusCode.Unavailable, "draining", FaultOrigin.Client);

    /// <summary>The time of the request was over before its execution began.</summary>
    public static FaultKind DeadlineExceeded { get; } =
        new(StatusCodes.Status504GatewayTimeout, StatusCode.DeadlineExceeded, "deadline", FaultOrigin.Client);

    /// <summary>The model failed on a valid image.</summary>
    public static FaultKind ModelFailed { get; } =
        new(StatusCodes.Status500InternalServerError, StatusCode.Internal, "error", FaultOrigin.Model);

    /// <summary>The service's own code failed.</summary>
    public static FaultKind ServiceFailed { get; } =
        new(StatusCodes.Status500InternalServerError, StatusCode.Internal, "error", FaultOrigin.Service);
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
