namespace Pipeline.Serving.Observability;

/// <summary>By which protocol a request for detection came.</summary>
internal enum RequestProtocol
{
    /// <summary>The Open Inference Protocol over HTTP.</summary>
    Rest,

    /// <summary>The Open Inference Protocol over gRPC.</summary>
    Grpc,

    /// <summary>The Detect API.</summary>
    Detect,
}
