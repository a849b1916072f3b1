using Pipeline.Serving.Batching;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>What a request for detection asks for.</summary>
internal sealed record DetectParameters
{
    /// <summary>Name of the model; null: the only one.</summary>
    public string? Model { get; init; }

    /// <summary>Version of the model; null: the newest.</summary>
    public string? Version { get; init; }

    /// <summary>Detections with a lower score are omitted.</summary>
    public double Threshold { get; init; }

    /// <summary>At most so many detections of an image.</summary>
    public int Top { get; init; } = int.MaxValue;

    /// <summary>Names of the only classes; null: all.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Within which time the execution must begin; null: as long as the service allows.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Who is served first.</summary>
    public RequestClass Priority { get; init; } = RequestClass.Live;
}
